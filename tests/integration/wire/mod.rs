//! The wire: every answer as its caller reads it.

mod answers;
mod arbitrary;
mod bodies;
mod clients;
mod environments;
mod faults;
mod flows;
mod idempotency;
mod keys;
mod logs;
mod payloads;
mod refusals;
mod trace;
