//! `DynamoDB` for one machine: an embedded emulator behind the real SDK, on a socket or in this process. It knows
//! nothing of the items in it.

mod checkpoints;
mod client;
mod dispatch;
mod refusal;
mod server;
mod store;
#[cfg(test)]
mod tests;

pub use client::{client, recorded_client};
pub use server::serve;
pub use store::{OpenError, Store};
