//! The Pinkfish dialect: `POST` or `GET /ext/triggers/{triggerId}`, waiting or not, the same behind
//! `/ext/webhook/{apiKey}` for a trigger's own URL, and `GET /ext/runs/{automationId}/{runId}/status|results`,
//! with the key in a header or in the path. An
//! automation is a flow, by its name.

mod answer;
mod error;
mod execution;
mod file_request;
mod files;
mod input;
pub(super) mod openapi;
mod progress;
mod reply;
mod request;

pub use answer::Answer;
pub use error::Error;
pub use execution::Execution;
pub use file_request::{UploadRequest, file_wanted};
pub use progress::Progress;
pub use reply::{reply, reply_with_events};
pub use request::{DeliveryRequest, RunPart, RunRequest, TriggerRequest};
