//! Secrets of triggers, kept in Parameter Store: what other services sign their webhooks with, and what signs ours.
//!
//! A trigger's record names its secrets; their texts are nowhere else than here and in Parameter Store.

mod client;
mod error;

pub use client::Secrets;
pub use error::{Error, ErrorKind};
