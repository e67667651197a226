//! `EventBridge` Scheduler for one machine: the few calls that are made of it, schedules kept in a file, and a loop
//! that fires them into the queues. It knows nothing of triggers, runs and flows.

mod definition;
mod engine;
mod entry;
mod error;
mod file;
mod fire;
mod server;
#[cfg(test)]
mod tests;

pub use engine::Engine;
pub use error::{Error, OpenError};
pub(crate) use fire::fire;
pub use server::serve;
