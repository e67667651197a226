//! `workspace …`: the owners of keys, triggers, flows and runs.

use std::num::NonZeroU32;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use serde_json::Value;
use shared::{
    model::{Frequency, Limits, MaxRuns, Workspace, WorkspaceId},
    store::config::Put,
};

use crate::{
    connect::Connection,
    error::Error,
    limit::{self, Wanted},
    output::{Answer, Output, facts, time},
};

/// Commands on workspaces.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create a workspace: the first step on a new deployment
    Create {
        /// Its id: letters, digits, `-` and `_`; it stands in every URL
        id: WorkspaceId,
        /// Let a key of the workspace stand in a URL's path, as `/ext/webhook/KEY/…` has it: proxies and
        /// histories keep URLs
        #[arg(long)]
        keys_in_paths: bool,
        #[command(flatten)]
        limits: LimitArguments,
    },
    /// Change a workspace; functions notice within 30 s
    #[command(group(clap::ArgGroup::new("change").args(["keys_in_paths", "rate", "runs_in_flight", "runs_a_day"]).required(true).multiple(true)))]
    Set {
        /// Its id
        id: WorkspaceId,
        /// Whether a key of the workspace may stand in a URL's path
        #[arg(long, value_name = "on|off")]
        keys_in_paths: Option<Switch>,
        #[command(flatten)]
        limits: LimitArguments,
    },
    /// Show a workspace
    Show {
        /// Its id
        id: WorkspaceId,
    },
}

/// How much may be started in a workspace. What is not named stays as it is: unlimited, at first.
#[derive(Args, Clone, Debug)]
pub(crate) struct LimitArguments {
    /// How often a run may be started, by whichever key or webhook: `10/s`, `100/min`, `none`
    #[arg(long)]
    rate: Option<Wanted<Frequency>>,
    /// How many may be started at once after a pause [default: the rate's number]
    #[arg(long, value_name = "COUNT", requires = "rate")]
    burst: Option<u32>,
    /// How many of its runs may be stored and not ended at a time: a number, `none`
    #[arg(long, value_name = "COUNT")]
    runs_in_flight: Option<Wanted<MaxRuns>>,
    /// How many of its runs may be started a day, in UTC: a number, `none`
    #[arg(long, value_name = "COUNT")]
    runs_a_day: Option<Wanted<NonZeroU32>>,
}

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// It is
    On,
    /// It is not
    Off,
}

/// Carries a command out.
pub(crate) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let store = &connection.store;
    match command {
        Command::Create { id, keys_in_paths, limits } => {
            let LimitArguments { rate, burst, runs_in_flight, runs_a_day } = limits;
            let rate = rate.map(|rate| limit::rate(rate, burst)).transpose()?;
            let limits = Limits {
                rate: rate.and_then(Wanted::limit),
                runs_in_flight: runs_in_flight.and_then(Wanted::limit),
                runs_a_day: runs_a_day.and_then(Wanted::limit),
            };
            let workspace = Workspace { id, keys_in_paths, limits, created_at: connection.now() };
            if store.put_workspace(&workspace).await? == Put::Taken {
                let id = &workspace.id;
                return Err(Error::Failed(format!("there is a workspace `{id}` already")));
            }
            output.answer(&Shown::from(workspace))
        }
        Command::Set { id, keys_in_paths, limits } => {
            let LimitArguments { rate, burst, runs_in_flight, runs_a_day } = limits;
            // One after the other: each may be repeated.
            let mut is_there = true;
            if let Some(rate) = rate {
                let rate = limit::rate(rate, burst)?.limit();
                is_there = store.set_workspace_rate(&id, rate.as_ref()).await?;
            }
            if let (true, Some(count)) = (is_there, runs_in_flight) {
                is_there = store.set_workspace_runs_in_flight(&id, count.limit()).await?;
            }
            if let (true, Some(count)) = (is_there, runs_a_day) {
                is_there = store.set_workspace_runs_a_day(&id, count.limit()).await?;
            }
            if let (true, Some(allowed)) = (is_there, keys_in_paths) {
                is_there = store.set_keys_in_paths(&id, allowed == Switch::On).await?;
            }
            if !is_there {
                return Err(missing(&id));
            }
            show(&id, connection, output).await
        }
        Command::Show { id } => show(&id, connection, output).await,
    }
}

async fn show(id: &WorkspaceId, connection: &Connection, output: Output) -> Result<(), Error> {
    let workspace = connection.store.workspace(id).await?.ok_or_else(|| missing(id))?;
    output.answer(&Shown::from(workspace))
}

fn missing(id: &WorkspaceId) -> Error {
    Error::NotFound(format!("there is no workspace `{id}`"))
}

#[derive(Serialize)]
struct Shown {
    workspace_id: WorkspaceId,
    keys_in_paths: bool,
    rate: Value,
    runs_in_flight: Option<u32>,
    runs_a_day: Option<NonZeroU32>,
    created_at: String,
    #[serde(skip)]
    record: Workspace,
}

impl From<Workspace> for Shown {
    fn from(record: Workspace) -> Self {
        let created_at = record.created_at.to_string();
        let (workspace_id, keys_in_paths) = (record.id.clone(), record.keys_in_paths);
        let rate = limit::rate_json(record.limits.rate.as_ref());
        let runs_in_flight = record.limits.runs_in_flight.map(MaxRuns::get);
        let runs_a_day = record.limits.runs_a_day;
        Self { workspace_id, keys_in_paths, rate, runs_in_flight, runs_a_day, created_at, record }
    }
}

impl Answer for Shown {
    fn text(&self) -> String {
        facts(&[
            ("Workspace", self.workspace_id.to_string()),
            ("Keys in paths", if self.keys_in_paths { "on" } else { "off" }.to_owned()),
            ("Rate of starts", limit::shown(self.record.limits.rate)),
            ("Runs in flight", limit::shown(self.record.limits.runs_in_flight)),
            ("Runs a day", limit::shown(self.record.limits.runs_a_day)),
            ("Created", time(self.record.created_at)),
        ])
    }
}
