//! Runs as they are shown.

use serde::Serialize;
use serde_json::Value;
use shared::{
    model::{End, Environment, InputId, Question, RunError, RunId, Status, TriggerId, WorkspaceId},
    runs::RunView,
};

use super::line::Line;
use crate::{
    duration,
    output::{Answer, facts, time},
};

/// One run.
#[derive(Serialize)]
pub(super) struct Shown {
    run_id: RunId,
    workspace_id: WorkspaceId,
    trigger_id: TriggerId,
    environment: Environment,
    parent_run_id: Option<RunId>,
    automation_id: String,
    automation_version: String,
    automation_hash: String,
    status: Status,
    cancel_requested: bool,
    started_at: String,
    run_at: Option<String>,
    ended_at: Option<String>,
    deadline_at: String,
    wake_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_id: Option<InputId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<Question>,
    output: Option<Value>,
    error: Option<RunError>,
    logs: Vec<Line>,
    #[serde(skip)]
    facts: Vec<(&'static str, String)>,
}

impl From<RunView> for Shown {
    fn from(view: RunView) -> Self {
        let mut facts = facts_of(&view);
        let RunView { run, logs, end, listening, .. } = view;
        let (input_id, question) =
            listening.map(|listening| (listening.id, listening.question)).unzip();
        let (output, error) = match end {
            Some(End::Output(output)) => (Some(output), None),
            Some(End::Error(error)) => (None, Some(error)),
            None => (None, None),
        };
        facts.extend(error.as_ref().map(|error| {
            let place = error.instance.as_deref().unwrap_or("/");
            ("Error", format!("{error} (at {place})"))
        }));
        Self {
            run_id: run.id,
            workspace_id: run.workspace,
            trigger_id: run.trigger,
            environment: run.environment,
            parent_run_id: run.parent,
            automation_id: run.flow.name,
            automation_version: run.flow.version,
            automation_hash: run.flow.hash.to_string(),
            status: run.status,
            cancel_requested: run.cancel_requested,
            started_at: run.started_at.to_string(),
            run_at: run.run_at.map(|time| time.to_string()),
            ended_at: run.ended_at.map(|time| time.to_string()),
            deadline_at: run.deadline.to_string(),
            wake_at: run.wake_at.map(|time| time.to_string()),
            input_id,
            question: question.flatten(),
            output,
            error,
            logs: logs.into_iter().map(Line::from).collect(),
            facts,
        }
    }
}

fn facts_of(RunView { run, end, listening, .. }: &RunView) -> Vec<(&'static str, String)> {
    let mut status = run.status.to_string();
    if run.cancel_requested && !run.status.is_terminal() {
        status.push_str(", to be cancelled");
    }
    let mut facts = vec![
        ("Run", run.id.to_string()),
        ("Status", status),
        ("Trigger", format!("{} in {}", run.trigger, run.environment)),
        ("Flow", format!("{} {}", run.flow.name, run.flow.version)),
        ("Started", time(run.started_at)),
    ];
    facts.extend(run.parent.map(|parent| ("Again", parent.to_string())));
    facts.extend(run.run_at.map(|run_at| ("To begin", time(run_at))));
    if let Some(ended_at) = run.ended_at {
        let took = duration::show(ended_at.since(run.begins_at()));
        facts.push(("Ended", format!("{}, after {took}", time(ended_at))));
    } else {
        if let Some(listening) = listening {
            match &listening.question {
                Some(question) => facts.push(("Asks", question.text.clone())),
                None => facts.push(("Listens for", listening.kinds.join(", "))),
            }
            let choices = listening.question.as_ref().map(|question| question.choices.join(", "));
            facts.extend(choices.filter(|it| !it.is_empty()).map(|choices| ("Choices", choices)));
            facts.push(("Input id", listening.id.to_string()));
        }
        facts.extend(run.wake_at.map(|wake_at| ("Sleeps until", time(wake_at))));
        facts.push(("Deadline", time(run.deadline)));
    }
    if let Some(End::Error(error)) = end {
        let place = error.instance.as_deref().unwrap_or("/");
        facts.push(("Error", format!("{error} (at {place})")));
    }
    facts
}

impl Shown {
    /// The output as a JSON document with line breaks; nothing where there is none.
    pub(super) fn output(&self) -> String {
        self.output.as_ref().map(|output| format!("{output:#}\n")).unwrap_or_default()
    }
}

impl Answer for Shown {
    fn text(&self) -> String {
        let mut text = facts(&self.facts);
        if !self.logs.is_empty() {
            text.push_str("\nNewest log lines:\n");
            self.logs.iter().for_each(|line| text.push_str(&line.text()));
        }
        if self.output.is_some() {
            text.push_str("\nOutput:\n");
            text.push_str(&self.output());
        }
        text
    }
}
