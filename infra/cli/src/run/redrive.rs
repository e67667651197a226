//! `run redrive`.

use std::time::Duration;

use clap::Args;
use serde::Serialize;
use shared::{
    model::{RunId, Timestamp, TriggerId, WorkspaceId},
    runs::{RunView, Started},
    store::Filter,
};

use super::{again::original_of, filter::filter, find::find};
use crate::{
    connect::Connection,
    duration,
    error::Error,
    output::{Answer, Output, Table, time},
};

/// Which runs to start again.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The id of a run that failed because its messages could not be handled
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// All of them
    #[arg(long)]
    all: bool,
    /// With `--all`: only those that started since then: 45s, 30m, 12h, 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "24h", requires = "all")]
    since: Duration,
    /// With `--all`: only this trigger's, by id or name
    #[arg(long, value_name = "ID", requires = "all")]
    trigger: Option<String>,
}

pub(super) async fn redrive(
    arguments: Arguments,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let workspace = connection.workspace()?;
    let mut runs = Vec::new();
    if let Some(id) = &arguments.id {
        let view = find(connection, id).await?;
        if !view.is_buried() {
            let words = "did not fail for want of its messages: `run retry` does it again";
            return Err(Error::Failed(format!("run `{id}` {words}")));
        }
        runs.push(again(view, connection).await);
    } else {
        let (trigger, since) = (arguments.trigger.as_deref(), Some(arguments.since));
        let filter = filter(connection, trigger, since).await?;
        all(workspace, filter, connection, &mut runs).await?;
    }
    let failed = runs.iter().any(|run| run.error.is_some());
    output.answer(&Redriven { runs })?;
    if failed { Err(Error::Shown(1)) } else { Ok(()) }
}

async fn all(
    workspace: &WorkspaceId,
    filter: Filter,
    connection: &Connection,
    runs: &mut Vec<Row>,
) -> Result<(), Error> {
    let mut cursor = None;
    loop {
        let (buried, next) =
            connection.runs.buried(workspace, filter.clone(), cursor.as_deref()).await?;
        for view in buried {
            runs.push(again(view, connection).await);
        }
        cursor = next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Starts one again. That one cannot be stops no other.
async fn again(view: RunView, connection: &Connection) -> Row {
    let (run_id, trigger_id, ended_at) = (view.run.id, view.run.trigger.clone(), view.run.ended_at);
    let started = async {
        let original = original_of(view.run, connection).await?;
        Ok::<_, Error>(connection.runs.redrive(&original).await?)
    };
    let started = started.await.map_err(|error| error.story());
    Row::of(run_id, trigger_id, ended_at, started)
}

#[derive(Serialize)]
struct Redriven {
    runs: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    run_id: RunId,
    trigger_id: TriggerId,
    ended_at: Option<String>,
    started_run_id: Option<RunId>,
    /// Whether it had been started again before.
    replayed: bool,
    error: Option<String>,
    #[serde(skip)]
    cells: [String; 4],
}

impl Row {
    fn of(
        run_id: RunId,
        trigger_id: TriggerId,
        ended_at: Option<Timestamp>,
        started: Result<Started, String>,
    ) -> Self {
        let told = match &started {
            Ok(Started { id, replayed: false }) => id.to_string(),
            Ok(Started { id, replayed: true }) => format!("{id}, before"),
            Err(error) => format!("not: {error}"),
        };
        let ended = ended_at.map_or_else(|| "-".to_owned(), time);
        Self {
            cells: [run_id.to_string(), trigger_id.to_string(), ended, told],
            run_id,
            trigger_id,
            ended_at: ended_at.map(|time| time.to_string()),
            started_run_id: started.as_ref().ok().map(|started| started.id),
            replayed: started.as_ref().is_ok_and(|started| started.replayed),
            error: started.err(),
        }
    }
}

impl Answer for Redriven {
    fn text(&self) -> String {
        let rows = self.runs.iter().map(|row| row.cells.clone());
        let table = Table::new(["RUN", "TRIGGER", "ENDED", "STARTED AGAIN AS"]);
        table.render(rows, "No run failed for want of its messages.")
    }
}
