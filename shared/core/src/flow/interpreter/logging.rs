//! The lines of the run's log.
//!
//! A resumed run tells everything again, and the host drops what it knows already by task, try and
//! progress. So these three are the same every time, and no visit tells the same progress twice.

use std::time::Duration;

use serde_json::Value;

use super::{machine::Machine, place::Place, step::Step};
use crate::{
    flow::{Host, LogEvent, Progress, Task},
    model::{LogLevel, RunError, Timestamp},
};

/// Longest message of `call: log`, in bytes: a log of many lines must still fit a few items.
const MAX_MESSAGE_BYTES: usize = 4096;

impl<H: Host> Machine<'_, H> {
    pub(super) fn report_started(&self, step: &Step<'_>) {
        let message = format!("Started {}", step.task.name);
        self.host.log(event(step, Progress::Started, LogLevel::Info, message));
    }

    pub(super) fn report_completed(&self, step: &Step<'_>, began: Timestamp) {
        let remark = step.remark.get().map(|remark| format!(": {remark}")).unwrap_or_default();
        let message = format!("Completed {}{remark}", step.task.name);
        let duration = Some(self.host.now().since(began));
        let event = event(step, Progress::Completed, LogLevel::Info, message);
        self.host.log(LogEvent { duration, ..event });
    }

    /// Only tasks of the flow's own list tell that they were skipped.
    pub(super) fn report_skipped(&self, step: &Step<'_>) {
        if step.frame.place.is_top {
            let message = format!("Skipped {}", step.task.name);
            self.host.log(event(step, Progress::Skipped, LogLevel::Info, message));
        }
    }

    pub(super) fn report_failed(&self, step: &Step<'_>, error: &RunError) {
        let event = event(step, Progress::Failed, LogLevel::Error, error.to_string());
        self.host.log(LogEvent { error: Some(error.clone()), ..event });
    }

    pub(super) fn report_retried(&self, place: &Place, task: &Task, pause: Duration) {
        self.host.log(LogEvent {
            task: place.path().to_owned(),
            attempt: place.attempt,
            progress: Progress::Retried,
            level: LogLevel::Warn,
            message: format!("Trying {} again in {pause:?}", task.name),
            duration: None,
            error: None,
        });
    }

    pub(super) fn report_listening(&self, step: &Step<'_>, what: &str) {
        let mut text = format!("Waits for {what}");
        text.truncate(text.floor_char_boundary(MAX_MESSAGE_BYTES));
        self.host.log(event(step, Progress::Waiting, LogLevel::Info, text));
    }

    /// Text as it is, any other value as JSON.
    pub(super) fn report_said(&self, step: &Step<'_>, level: LogLevel, message: &Value) {
        let mut text = match message {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        text.truncate(text.floor_char_boundary(MAX_MESSAGE_BYTES));
        self.host.log(event(step, Progress::Log, level, text));
    }
}

fn event(step: &Step<'_>, progress: Progress, level: LogLevel, message: String) -> LogEvent {
    LogEvent {
        task: step.path.clone(),
        attempt: step.frame.place.attempt,
        progress,
        level,
        message,
        duration: None,
        error: None,
    }
}
