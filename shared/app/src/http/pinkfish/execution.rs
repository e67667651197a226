//! A run with what its steps put out: the synchronous answer, and that of the results route.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::progress::word;
use crate::{
    model::{End, Run, RunId},
    runs::{Results, Step, StepState},
};

/// A run as this dialect tells it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    automation_id: String,
    automation_version: u64,
    automation_name: String,
    id: RunId,
    #[serde(rename = "type")]
    kind: &'static str,
    step_map: BTreeMap<usize, u64>,
    inputs: Value,
    trigger_id: String,
    results: Vec<Entry>,
    started: String,
    started_by: String,
    status: &'static str,
    selected_result: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    step_index: usize,
    step_version: u64,
    result: Output,
    exit_code: u8,
    duration: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    step_index: usize,
    result_type: &'static str,
    result: Value,
}

impl Execution {
    /// Of a run as it stands.
    #[must_use]
    pub fn of(results: Results) -> Self {
        let Results { run, input, steps, end } = results;
        let version = major(&run);
        let (selected_result, error) = match end {
            Some(End::Output(output)) => (output, None),
            Some(End::Error(error)) => (Value::Null, Some(error.to_string())),
            None => (Value::Null, None),
        };
        // The source writes no inputs as an empty text.
        let has_inputs = input.as_object().is_none_or(|members| !members.is_empty());
        Self {
            automation_id: run.flow.name.clone(),
            automation_version: version,
            automation_name: run.flow.name,
            id: run.id,
            kind: "TRIGGER",
            step_map: steps.iter().map(|step| (step.number, version)).collect(),
            inputs: if has_inputs { input } else { json!("") },
            trigger_id: run.trigger.to_string(),
            results: steps.into_iter().map(|step| Entry::of(step, version)).collect(),
            started: format!("{}Z", run.started_at.to_the_second()),
            started_by: run.workspace.to_string(),
            status: word(run.status),
            selected_result,
            error,
        }
    }

    /// The automation whose run it is.
    pub(super) fn automation(&self) -> &str {
        &self.automation_id
    }

    /// The run's id.
    pub(super) const fn run(&self) -> RunId {
        self.id
    }
}

/// The contract numbers versions with integers. A step's version is its flow's.
fn major(run: &Run) -> u64 {
    let text = run.flow.version.split('.').next().unwrap_or_default();
    text.parse().unwrap_or_default()
}

impl Entry {
    fn of(step: Step, version: u64) -> Self {
        let failed = step.state == StepState::Failed;
        let result = match step.error {
            Some(error) => Value::String(error.to_string()),
            None => step.output.unwrap_or_default(),
        };
        Self {
            step_index: step.number,
            step_version: version,
            result: Output {
                step_index: step.number,
                result_type: if failed { "plaintext" } else { result_type(&result) },
                result,
            },
            exit_code: u8::from(failed),
            duration: step.duration_ms.unwrap_or_default(),
        }
    }
}

/// Text is Markdown where it has some of its marks.
fn result_type(result: &Value) -> &'static str {
    match result {
        Value::String(text) if is_markdown(text) => "markdown",
        Value::String(_) => "plaintext",
        _ => "json",
    }
}

fn is_markdown(text: &str) -> bool {
    let begins_block = |line: &str| {
        let line = line.trim_start();
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let after = |count: usize, mark: &str| {
            line.get(count..).is_some_and(|rest| rest.starts_with(mark) && rest.len() > mark.len())
        };
        (1..=6).contains(&hashes) && after(hashes, " ")
            || (1..=9).contains(&digits) && after(digits, ". ")
            || ["- ", "* ", "> ", "```", "|--", "| --"].iter().any(|mark| line.starts_with(mark))
    };
    text.lines().any(begins_block) || has_pair(text, "**") || text.contains("](http")
}

/// Whether something stands between two such marks.
fn has_pair(text: &str, mark: &str) -> bool {
    let mut parts = text.split(mark).skip(1);
    parts.next().is_some_and(|inside| !inside.trim().is_empty()) && parts.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_result_is_told_by_its_content() {
        for (result, expected) in [
            (json!("# Hello from step 1! 👋"), "markdown"),
            (json!("a\n\n- one\n- two"), "markdown"),
            (json!("1. one"), "markdown"),
            (json!("it is **bold**"), "markdown"),
            (json!("see [here](https://example.com)"), "markdown"),
            (json!("```\ncode\n```"), "markdown"),
            (json!("> quoted"), "markdown"),
            (json!("Hello from step 2!"), "plaintext"),
            (json!("#hashtag, 2 * 3 ** 4, 1.5 and - so on"), "plaintext"),
            (json!(""), "plaintext"),
            (json!({"a": 1}), "json"),
            (json!([1]), "json"),
            (json!(1), "json"),
            (json!(null), "json"),
        ] {
            assert_eq!(result_type(&result), expected, "{result}");
        }
    }
}
