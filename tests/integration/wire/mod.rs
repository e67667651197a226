//! The wire: every answer as its caller reads it.

mod answers;
mod bodies;
mod environments;
mod flows;
mod idempotency;
mod keys;
mod logs;
mod refusals;
mod trace;
