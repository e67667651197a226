//! The Phinite dialect: `POST …/trigger/{workspace}/{trigger}/{environment}`, its background form
//! and its status route. One envelope answers all three.

mod envelope;
pub(super) mod openapi;
mod reply;
mod request;
mod schemas;

pub use envelope::{Envelope, Logs};
pub use reply::{reply, reply_with_events};
pub use request::{LogsWanted, StatusRequest, TriggerRequest};

pub use super::detail::{Error, token};
