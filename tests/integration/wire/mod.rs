//! The wire: every answer as its caller reads it.

mod aiplanet;
mod answers;
mod arbitrary;
mod bodies;
pub(crate) mod clients;
mod environments;
mod faults;
pub(crate) mod flows;
mod idempotency;
mod keys;
mod limits;
mod links;
mod logs;
mod openapi;
mod payloads;
mod pinkfish;
mod refusals;
mod trace;
mod webhooks;
