//! The queues through the SDK, by both front ends, and what the file keeps.

mod batches;
mod bed;
mod delivery;
mod long_polling;
mod persistence;
mod refusals;
