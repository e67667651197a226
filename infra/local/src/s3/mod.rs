//! S3 for one machine: a bucket whose objects are put, read and deleted whole. It knows nothing of runs or entries.

mod answer;
mod client;
mod dispatch;
mod objects;
mod server;
mod signature;
#[cfg(test)]
mod tests;

pub use client::{config, recorded_config};
pub use objects::{Objects, OpenError};
pub use server::serve;
