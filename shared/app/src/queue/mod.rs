//! SQS: the runs queue and the form of its messages, which name runs and triggers and carry none of
//! their data.
//! The only module that names `aws_sdk_sqs`. Knows no storage and no HTTP.

mod batch;
mod client;
mod content;
mod error;
mod firing;
mod message;
mod notice;

pub use batch::{Delivery, Incoming, handle_each};
pub use client::{Queue, Receipt};
pub use content::Content;
pub use error::{Error, ErrorKind};
pub use firing::Firing;
pub use message::{Kind, Message, Unreadable};
pub use notice::Notice;
