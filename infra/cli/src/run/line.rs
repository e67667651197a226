//! Lines of a run's log: reading all of them, and showing one.

use std::time::Duration;

use serde::Serialize;
use shared::model::{LogEntry, LogLevel, RunError, RunId};

use crate::{
    connect::Connection,
    duration,
    error::Error,
    output::{Answer, printable, time},
};

/// Lines read at once.
const PAGE_LINES: usize = 500;

/// The lines of a run that were not read yet.
pub(super) struct Lines {
    run: RunId,
    cursor: Option<String>,
    seen: u64,
}

impl Lines {
    /// All lines of a run.
    pub(super) const fn of(run: RunId) -> Self {
        Self { run, cursor: None, seen: 0 }
    }

    /// The next lines; none when there are no more for now.
    pub(super) async fn next_page(
        &mut self,
        connection: &Connection,
    ) -> Result<Option<Vec<Line>>, Error> {
        loop {
            let page = connection.store.logs(self.run, self.cursor.as_deref(), PAGE_LINES).await?;
            let is_last = page.next.is_none();
            // The last page has no next one: it is read again, for what was added to it.
            self.cursor = page.next.or(self.cursor.take());
            let mut entries = page.entries;
            entries.retain(|entry| entry.seq > self.seen);
            if let Some(last) = entries.last() {
                self.seen = last.seq;
                return Ok(Some(entries.into_iter().map(Line::from).collect()));
            }
            if is_last {
                return Ok(None);
            }
        }
    }
}

/// One line.
#[derive(Serialize)]
pub(super) struct Line {
    seq: u64,
    time: String,
    level: LogLevel,
    task: String,
    status: String,
    message: String,
    duration_ms: Option<u64>,
    attempt: u32,
    error: Option<RunError>,
    #[serde(skip)]
    shown_time: String,
}

impl From<LogEntry> for Line {
    fn from(entry: LogEntry) -> Self {
        Self {
            seq: entry.seq,
            time: entry.time.to_string(),
            level: entry.level,
            task: entry.task,
            status: entry.status,
            message: entry.message,
            duration_ms: entry.duration_ms,
            attempt: entry.attempt,
            error: entry.error,
            shown_time: time(entry.time),
        }
    }
}

impl Answer for Line {
    /// `2026-02-09 23:24:39  info   completed  /do/0/greet  Completed (2 ms)`.
    fn text(&self) -> String {
        let level = match self.level {
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        };
        let task = if self.task.is_empty() { "run" } else { &self.task };
        let attempt =
            if self.attempt > 1 { format!(", try {}", self.attempt) } else { String::new() };
        let took = self.duration_ms.map(|milliseconds| {
            format!(" ({})", duration::show(Duration::from_millis(milliseconds)))
        });
        let line = format!(
            "{}  {level:<5}  {:<9}  {task}{attempt}: {}{}",
            self.shown_time,
            self.status,
            self.message,
            took.unwrap_or_default()
        );
        format!("{}\n", printable(&line))
    }
}
