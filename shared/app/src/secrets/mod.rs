//! Secrets, kept in Parameter Store: of triggers, what other services sign their webhooks with, and what signs ours;
//! of providers of language models, their keys.
//!
//! A record names its secrets; their texts are nowhere else than here and in Parameter Store.

mod client;
mod error;
mod owner;

pub use client::Secrets;
pub use error::{Error, ErrorKind};
pub use owner::Owner;
