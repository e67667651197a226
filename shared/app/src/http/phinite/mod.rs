//! The Phinite dialect: `POST …/trigger/{workspace}/{trigger}/{environment}`, its background form
//! and its status route. One envelope answers all three.

mod envelope;
mod error;
pub(super) mod openapi;
mod reply;
mod request;
mod schemas;

pub use envelope::{Envelope, Logs};
pub use error::Error;
pub(super) use reply::refusal;
pub use reply::reply;
pub use request::{LogsWanted, StatusRequest, TriggerRequest};
