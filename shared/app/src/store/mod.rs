//! DynamoDB: runs with their journals, deduplication, configuration; and S3 for what is too large
//! for an item. The only module that names `aws_sdk_dynamodb` and `aws_sdk_s3`. Knows no HTTP, no
//! queue and no clock: times come in as values.

mod bucket;
mod claim;
mod client;
mod codec;
pub mod config;
mod conversation;
mod error;
mod files;
mod filter;
mod finish;
#[cfg(test)]
mod fixture;
mod header;
mod idempotency;
mod inbox;
mod insert;
mod item;
mod journal;
mod lease;
mod list;
mod listeners;
mod memory;
mod payloads;
mod quota;
mod record;
mod slots;
pub mod tables;
mod tail;
mod thread;
mod turn;
mod view;

pub use bucket::{Buckets, Rated, Token};
pub use claim::{Claim, Unreadable};
pub use client::{Store, Tables};
pub use error::{Error, ErrorKind, PayloadFault};
pub use files::{StoredFile, Upload};
pub use filter::Filter;
pub use finish::Finish;
pub use idempotency::{Idempotency, Remembered};
pub use inbox::{Answer, Hearing};
pub use insert::Insert;
pub use journal::Append;
pub use lease::{CancelRequest, Renewal};
pub use list::{ListedRun, RunPage};
pub use memory::Claimed;
pub use payloads::Payloads;
pub use record::Record;
pub use slots::{Slots, Slotted};
pub use tail::{Bookmark, Tail};
pub use thread::{Entered, Line};
pub use turn::Turn;
pub use view::{LogPage, View};
