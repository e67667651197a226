//! What the trigger-api functions share, as modules whose arrows point inward only:
//! `runs` holds the use cases, `http` speaks the wire. What needs no service is `shared-core`,
//! whose modules are told on here, so that there is one name to depend on.

pub use shared_core::{auth, clock, flow, llm, model, webhook};

mod aws;
pub mod config;
pub mod connect;
pub mod egress;
pub mod http;
pub mod queue;
pub mod runs;
pub mod secrets;
pub mod startup;
pub mod store;
pub mod telemetry;
