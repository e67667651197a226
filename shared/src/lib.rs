//! What the trigger-api functions share, as modules whose arrows point inward only:
//! `model` knows nobody, `runs` holds the use cases, `http` speaks the wire.

pub mod auth;
pub mod clock;
pub mod config;
pub mod connect;
pub mod egress;
pub mod flow;
pub mod http;
pub mod model;
pub mod queue;
pub mod runs;
pub mod store;
pub mod telemetry;
