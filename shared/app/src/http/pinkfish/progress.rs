//! How a run stands: the answer of the status route.

use std::collections::BTreeMap;

use lambda_http::Request;
use serde::{Serialize, Serializer};

use crate::{
    http::question::Question,
    model::{InputId, RunId, Status},
    runs::{RunView, Step, StepState},
};

/// A run and its steps, without what they put out; and what a person is asked, if one is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    automation_id: String,
    run_id: RunId,
    status: &'static str,
    step_status: BTreeMap<usize, &'static str>,
    step_info: BTreeMap<usize, Info>,
    #[serde(flatten, serialize_with = "in_camel_case")]
    question: Option<Question>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    status: &'static str,
    name: String,
    execution_order: usize,
}

/// What a person is asked, as this dialect spells it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'q> {
    requires_input: bool,
    input_id: InputId,
    question: Option<&'q str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    choices: &'q [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    input_url: Option<&'q str>,
}

impl Progress {
    /// Of a run as it stands.
    #[must_use]
    pub fn of(view: RunView, steps: Vec<Step>) -> Self {
        let RunView { run, listening, link, .. } = view;
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
            question: Question::of(listening, link).filter(Question::is_for_people),
        }
    }

    /// Writes the link of its question as it leads to where `request` came in.
    pub(super) fn locate(&mut self, request: &Request) {
        Question::locate(self.question.as_mut(), request);
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

/// Nothing where nobody is asked: most readers of this answer know no such members.
#[expect(clippy::ref_option, reason = "serde calls it so")]
fn in_camel_case<S: Serializer>(
    question: &Option<Question>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Some(question) = question else { return serializer.serialize_none() };
    let Question { input_id, text, choices, input_url, .. } = question;
    let (question, input_url) = (text.as_deref(), input_url.as_deref());
    Asked { requires_input: true, input_id: *input_id, question, choices, input_url }
        .serialize(serializer)
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
