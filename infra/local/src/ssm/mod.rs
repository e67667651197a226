//! Parameter Store for one machine: the few calls that are made of it, and the parameters kept in a file. It knows
//! nothing of triggers and webhooks.

mod client;
mod dispatch;
mod error;
mod name;
mod parameters;
mod server;
#[cfg(test)]
mod tests;
mod wire;

pub use client::{config, recorded_config};
pub use error::{Error, OpenError};
pub use parameters::Parameters;
pub use server::serve;
