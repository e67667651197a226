//! How a run stands: the answer of the status route.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    model::{Run, RunId, Status},
    runs::{Step, StepState},
};

/// A run and its steps, without what they put out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    automation_id: String,
    run_id: RunId,
    status: &'static str,
    step_status: BTreeMap<usize, &'static str>,
    step_info: BTreeMap<usize, Info>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    status: &'static str,
    name: String,
    execution_order: usize,
}

impl Progress {
    /// Of a run as it stands.
    #[must_use]
    pub fn of(run: &Run, steps: Vec<Step>) -> Self {
        let state = |step: &Step| match (step.state, run.status) {
            (StepState::Completed, _) => "COMPLETE",
            (StepState::Failed, _) => "FAILED",
            (StepState::Current, Status::Running) => "RUNNING",
            (StepState::Current, Status::Waiting) => "PAUSED",
            (StepState::Current | StepState::Pending, _) => "PENDING",
        };
        Self {
            automation_id: run.flow.name.clone(),
            run_id: run.id,
            status: word(run.status),
            step_status: steps.iter().map(|step| (step.number, state(step))).collect(),
            step_info: steps
                .into_iter()
                .map(|step| {
                    let (status, number) = (state(&step), step.number);
                    (number, Info { status, name: step.name, execution_order: number })
                })
                .collect(),
        }
    }

    /// The automation whose run it is.
    pub(super) fn automation(&self) -> &str {
        &self.automation_id
    }

    /// The run's id.
    pub(super) const fn run(&self) -> RunId {
        self.run_id
    }
}

/// The dialect's word for a state. It has none for a run that was cancelled.
pub(super) const fn word(status: Status) -> &'static str {
    match status {
        Status::Queued => "PENDING",
        Status::Running => "RUNNING",
        Status::Waiting => "PAUSED",
        Status::Completed => "COMPLETE",
        Status::Failed | Status::Cancelled => "FAILED",
        Status::TimedOut => "TIMEOUT",
    }
}
