//! A run as its steps, the tasks of the flow's own list.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{Caller, Error, RunView, Runs, Start, replay, status::visible};
use crate::{
    auth::Scope,
    flow::Plan,
    model::{End, LogEntry, Run, RunError, RunId, Status, limits},
    store::Record,
};

/// Log lines that are read at once.
const LOG_PAGE: usize = 1000;

/// A step that was reached, or may be yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its place in the flow, from 1.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: StepState,
    /// How long it took, in milliseconds, where that is known.
    pub duration_ms: Option<u64>,
    /// What it put out, where that was asked for and it ended well.
    pub output: Option<Value>,
    /// What it failed with.
    pub error: Option<RunError>,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Its turn has not come.
    Pending,
    /// It is the run's next or present one.
    Current,
    /// It ended well.
    Completed,
    /// It ended the run.
    Failed,
}

/// A run with what its steps put out.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// The record.
    pub run: Run,
    /// What it was started with.
    pub input: Value,
    /// The steps that ended, in the flow's order.
    pub steps: Vec<Step>,
    /// How the run ended.
    pub end: Option<End>,
}

/// A run that its caller waited for.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// It ended.
    Ended(Box<Results>),
    /// It goes on; its header.
    GoesOn(Box<Run>),
}

impl Runs {
    /// [`Runs::start_and_wait`], and what the steps put out where the run ended: one read more.
    ///
    /// # Errors
    /// As [`Runs::start_and_wait`]. A run that ended and cannot be read back is told as one that
    /// goes on: an error would say that nothing was promised.
    pub async fn start_and_report(&self, start: Start) -> Result<(Report, bool), Error> {
        let (view, replayed) = Box::pin(self.start_and_wait(start)).await?;
        if !view.run.status.is_terminal() {
            return Ok((Report::GoesOn(Box::new(view.run)), replayed));
        }
        let results = match self.store.record(view.run.id).await {
            Ok(Some(record)) => self.results_of(record).await,
            Ok(None) => Err(Error::NoRun),
            Err(error) => Err(error.into()),
        };
        let report = match results {
            Ok(results) => Report::Ended(Box::new(results)),
            Err(error) => {
                self.note_failed(&error);
                Report::GoesOn(Box::new(view.run))
            }
        };
        Ok((report, replayed))
    }

    /// A run with the state of its steps: one read, one more where its log is longer than a few
    /// lines, and one for a flow that this process has not seen.
    ///
    /// # Errors
    /// As [`Runs::status`].
    pub async fn progress(&self, caller: &Caller, id: &str) -> Result<(RunView, Vec<Step>), Error> {
        let view = self.status(caller, id).await?;
        let is_whole = view.logs.first().is_none_or(|line| line.seq <= 1);
        let all = if is_whole { Vec::new() } else { self.all_lines(view.run.id).await? };
        let lines = if is_whole { &view.logs } else { &all };
        let plan = self.plan(&view.run.workspace, &view.run.flow).await?;
        let steps = plan.map(|plan| steps(&plan, &view.run, lines)).unwrap_or_default();
        Ok((view, steps))
    }

    async fn all_lines(&self, id: RunId) -> Result<Vec<LogEntry>, Error> {
        let (mut lines, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.store.logs(id, cursor.as_deref(), LOG_PAGE).await?;
            lines.extend(page.entries);
            cursor = page.next;
            if cursor.is_none() || lines.len() as u64 > limits::MAX_LOG_ENTRIES {
                return Ok(lines);
            }
        }
    }

    /// A run with what its steps put out, as far as it has come: one query for every megabyte of it.
    ///
    /// # Errors
    /// As [`Runs::status`].
    pub async fn results(&self, caller: &Caller, id: &str) -> Result<Results, Error> {
        caller.require(Scope::ReadResults)?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let record = self.store.record(id).await?.ok_or(Error::NoRun)?;
        visible(caller, Scope::ReadResults, &record.run)?;
        self.note_run(&record.run);
        self.results_of(record).await
    }

    async fn results_of(&self, mut record: Record) -> Result<Results, Error> {
        let plan: Option<Arc<Plan>> = self.plan(&record.run.workspace, &record.run.flow).await?;
        let mut ended = Vec::new();
        if let Some(plan) = plan {
            let mut outputs = replay::outputs(&plan, &record).await;
            let lines = record.journal.iter().flat_map(|entry| &entry.logs);
            ended = steps(&plan, &record.run, lines);
            ended.retain(|step| matches!(step.state, StepState::Completed | StepState::Failed));
            for step in &mut ended {
                if step.state == StepState::Completed {
                    step.output = outputs.remove(&(step.number - 1));
                }
            }
        }
        let end = record.journal.pop().and_then(|last| last.end);
        Ok(Results { run: record.run, input: record.input, steps: ended, end })
    }
}

/// The steps of a run as its log tells of them. Of a run that ended only those that ran; of one
/// that goes on also what may come: the step after the last that ended, unless the flow jumps.
fn steps<'l>(plan: &Plan, run: &Run, lines: impl IntoIterator<Item = &'l LogEntry>) -> Vec<Step> {
    let mut told: BTreeMap<usize, &LogEntry> = BTreeMap::new();
    let mut next = 0;
    for line in lines {
        let Some((index, is_own)) = place(&line.task) else { continue };
        match line.status.as_str() {
            "completed" | "skipped" if is_own => {
                told.insert(index, line);
                next = index + 1;
            }
            // The innermost task tells of a fault; what catches it tells later that it completed.
            "failed" => {
                told.insert(index, line);
                next = index;
            }
            _ => {}
        }
    }
    let ended = run.status.is_terminal();
    let state = |index: usize| match told.get(&index).map(|line| line.status.as_str()) {
        Some("completed") => Some(StepState::Completed),
        Some("failed") if run.status == Status::Failed => Some(StepState::Failed),
        Some("skipped") => None,
        _ if ended => None,
        _ if index == next => Some(StepState::Current),
        _ => Some(StepState::Pending),
    };
    let step = |(index, task): (usize, &crate::flow::Task)| {
        let state = state(index)?;
        let line = told.get(&index).filter(|_| state != StepState::Pending);
        Some(Step {
            number: index + 1,
            name: task.name.clone(),
            state,
            duration_ms: line.and_then(|line| line.duration_ms),
            output: None,
            error: line.filter(|_| state == StepState::Failed).and_then(|line| line.error.clone()),
        })
    };
    plan.tasks.0.iter().enumerate().filter_map(step).collect()
}

/// Which task of the flow's own list an instance path belongs to, and whether it is that task's
/// own: `/do/1/greet` and `/do/1/greet~2`, and not `/do/1/loop[3]/do/0/call`.
fn place(path: &str) -> Option<(usize, bool)> {
    let (index, name) = path.strip_prefix("/do/")?.split_once('/')?;
    Some((index.parse().ok()?, !name.contains('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_belongs_to_the_step_whose_path_it_has() {
        let cases = [
            ("/do/0/greet", Some((0, true))),
            ("/do/12/greet~2", Some((12, true))),
            ("/do/1/loop[3]/do/0/call", Some((1, false))),
            ("/do/1/try/try/0/call#2", Some((1, false))),
            ("", None),
            ("/timeout", None),
        ];
        for (path, expected) in cases {
            assert_eq!(place(path), expected, "{path}");
        }
    }
}
