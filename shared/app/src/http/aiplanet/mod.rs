//! The AI Planet dialect under `/api/v1/apps/workflow-execution`: `POST …/trigger` with typed inputs, many by `POST …/batch`,
//! `GET …/runs/{run_id}` and its `…/events`, `GET …/runs` and `POST …/runs/{run_id}/cancel`, `…/retry`, `…/replay`, `…/input`; files by `POST …/files`.
//! A workflow configuration is a trigger.

mod again;
mod answer;
mod answered;
mod batch;
mod file;
mod input;
mod list;
pub(super) mod openapi;
mod openapi_files;
mod reply;
mod request;
mod schemas;
mod trigger;
mod typed;
mod upload;

pub use again::{AgainRequest, Wish};
pub use answer::{Answer, RunDetail, RunList, RunSummary, StartedRun};
pub use batch::{Batch, BatchItem, BatchRequest, Ended};
pub use list::ListRequest;
pub use reply::{reply, reply_with_events};
pub use request::{RunsRequest, Wanted};
pub use trigger::{Asked, TriggerBody, TriggerRequest};
pub use typed::TypedInputs;
pub use upload::UploadRequest;

pub use super::detail::{Error, token};
