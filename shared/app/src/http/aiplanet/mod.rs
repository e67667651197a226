//! The AI Planet dialect under `/api/v1/apps/workflow-execution`: `POST …/trigger` with typed inputs, many by `POST …/batch`,
//! `GET …/runs/{run_id}` and its `…/events`, `GET …/runs` and `POST …/runs/{run_id}/cancel`, `…/retry`, `…/replay`, `…/input`.
//! A workflow configuration is a trigger.

mod again;
mod answer;
mod answered;
mod batch;
mod input;
mod list;
pub(super) mod openapi;
mod reply;
mod request;
mod schemas;
mod trigger;

pub use again::{AgainRequest, Wish};
pub use answer::{Answer, RunDetail, RunList, RunSummary, StartedRun};
pub use batch::{Batch, BatchItem, BatchRequest, Ended, FoundItem};
pub use list::ListRequest;
pub use reply::{reply, reply_with_events};
pub use request::{RunsRequest, Wanted};
pub use trigger::{Asked, TriggerBody, TriggerRequest};

pub use super::detail::{Error, token};
