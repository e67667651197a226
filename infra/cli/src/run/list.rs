//! `run list`.

use std::time::Duration;

use clap::Args;
use serde::Serialize;
use shared::{
    model::{Environment, RunId, Status, TriggerId},
    store::{Filter, ListedRun},
};

use super::filter::filter;
use crate::{
    connect::Connection,
    duration,
    error::Error,
    output::{Answer, Output, Table, time},
};

/// Which runs to list.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Only this trigger's, by id or name
    #[arg(long, value_name = "ID")]
    trigger: Option<String>,
    /// Only those that stand there: queued, running, waiting, completed, failed, cancelled, `timed_out`
    #[arg(long, value_parser = status)]
    status: Option<Status>,
    /// Only those of this environment
    #[arg(long, value_name = "ENVIRONMENT")]
    env: Option<Environment>,
    /// Only those that started since then: 45s, 30m, 12h, 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    since: Option<Duration>,
    /// At most so many
    #[arg(long, default_value = "20", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

fn status(text: &str) -> Result<Status, String> {
    Status::from_stored(text).ok_or_else(|| {
        let words: Vec<_> = Status::ALL.into_iter().map(Status::as_str).collect();
        format!("one of {} is expected", words.join(", "))
    })
}

pub(super) async fn list(
    arguments: Arguments,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let Arguments { trigger, status, env, since, limit } = arguments;
    let filter = Filter {
        statuses: status.map(|status| vec![status]),
        environments: env.map(|environment| vec![environment]),
        ..filter(connection, trigger.as_deref(), since).await?
    };
    let workspace = connection.workspace()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut runs = Vec::new();
    let mut cursor = None;
    loop {
        let missing = limit.saturating_sub(runs.len()).min(PAGE_RUNS);
        let page = connection.store.list(workspace, &filter, cursor.as_deref(), missing).await?;
        runs.extend(page.runs.into_iter().map(Row::from));
        cursor = page.next;
        if cursor.is_none() || runs.len() >= limit {
            return output.answer(&Listed { runs });
        }
    }
}

/// Runs read at once.
const PAGE_RUNS: usize = 100;

#[derive(Serialize)]
struct Listed {
    runs: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    run_id: RunId,
    trigger_id: TriggerId,
    environment: Environment,
    automation_id: String,
    automation_version: String,
    status: Status,
    started_at: String,
    ended_at: Option<String>,
    #[serde(skip)]
    cells: [String; 6],
}

impl From<ListedRun> for Row {
    fn from(run: ListedRun) -> Self {
        let took = run.ended_at.map(|ended_at| duration::show(ended_at.since(run.started_at)));
        Self {
            cells: [
                run.id.to_string(),
                run.status.to_string(),
                run.trigger.to_string(),
                run.environment.to_string(),
                time(run.started_at),
                took.unwrap_or_else(|| "-".to_owned()),
            ],
            run_id: run.id,
            trigger_id: run.trigger,
            environment: run.environment,
            automation_id: run.flow,
            automation_version: run.flow_version,
            status: run.status,
            started_at: run.started_at.to_string(),
            ended_at: run.ended_at.map(|time| time.to_string()),
        }
    }
}

impl Answer for Listed {
    fn text(&self) -> String {
        let rows = self.runs.iter().map(|row| row.cells.clone());
        Table::new(["RUN", "STATUS", "TRIGGER", "IN", "STARTED", "TOOK"]).render(rows, "No runs.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_can_be_asked_for() {
        for known in Status::ALL {
            assert_eq!(status(known.as_str()), Ok(known));
        }
        assert!(status("done").unwrap_err().contains("timed_out"));
    }
}
