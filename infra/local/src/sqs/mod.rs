//! SQS for one machine: standard queues with visibility, delay, long polling, batches and dead letters, kept in memory
//! and logged to a file. It knows nothing of runs, flows or workers.

mod attributes;
mod batch;
mod client;
mod dispatch;
mod engine;
mod error;
mod handle;
mod journal;
mod message;
mod queue;
mod receipt;
mod server;
mod state;
#[cfg(test)]
mod tests;
mod wire;

pub use client::{client, recorded_client};
pub use engine::{Engine, Now};
pub use error::Error;
pub use journal::OpenError;
pub use message::{Attribute, Content, Outgoing, Received};
pub use server::serve;
pub use state::Sent;
