//! The Pinkfish dialect: `POST` or `GET /ext/triggers/{triggerId}`, waiting or not, and
//! `GET /ext/runs/{automationId}/{runId}/status|results`. An automation is a flow, by its name.

mod answer;
mod error;
mod execution;
mod input;
pub(super) mod openapi;
mod progress;
mod reply;
mod request;
mod schemas;

pub use answer::Answer;
pub use error::Error;
pub use execution::Execution;
pub use progress::Progress;
pub use reply::reply;
pub use request::{RunPart, RunRequest, TriggerRequest};
