//! The AI Planet dialect under `/api/v1/apps/workflow-execution`: `POST …/trigger` with typed inputs,
//! `GET …/runs/{run_id}`, `GET …/runs`, `POST …/runs/{run_id}/cancel` and `POST …/runs/{run_id}/input`. A workflow configuration is a
//! trigger.

mod answer;
mod answered;
mod input;
mod list;
pub(super) mod openapi;
mod reply;
mod request;
mod schemas;
mod trigger;

pub use answer::{Answer, RunDetail, RunList, RunSummary, StartedRun};
pub use list::ListRequest;
pub use reply::reply;
pub use request::{RunsRequest, Wanted};
pub use trigger::{Asked, TriggerBody, TriggerRequest};

pub use super::detail::Error;
