//! `workspace …`: the owners of keys, triggers, flows and runs.

use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use shared::{
    model::{Workspace, WorkspaceId},
    store::config::Put,
};

use crate::{
    connect::Connection,
    error::Error,
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
    },
    /// Change a workspace; functions notice within 30 s
    Set {
        /// Its id
        id: WorkspaceId,
        /// Whether a key of the workspace may stand in a URL's path
        #[arg(long, value_name = "on|off")]
        keys_in_paths: Switch,
    },
    /// Show a workspace
    Show {
        /// Its id
        id: WorkspaceId,
    },
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
        Command::Create { id, keys_in_paths } => {
            let workspace = Workspace { id, keys_in_paths, created_at: connection.now() };
            if store.put_workspace(&workspace).await? == Put::Taken {
                let id = &workspace.id;
                return Err(Error::Failed(format!("there is a workspace `{id}` already")));
            }
            output.answer(&Shown::from(workspace))
        }
        Command::Set { id, keys_in_paths } => {
            if !store.set_keys_in_paths(&id, keys_in_paths == Switch::On).await? {
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
    created_at: String,
    #[serde(skip)]
    record: Workspace,
}

impl From<Workspace> for Shown {
    fn from(record: Workspace) -> Self {
        let created_at = record.created_at.to_string();
        let (workspace_id, keys_in_paths) = (record.id.clone(), record.keys_in_paths);
        Self { workspace_id, keys_in_paths, created_at, record }
    }
}

impl Answer for Shown {
    fn text(&self) -> String {
        facts(&[
            ("Workspace", self.workspace_id.to_string()),
            ("Keys in paths", if self.keys_in_paths { "on" } else { "off" }.to_owned()),
            ("Created", time(self.record.created_at)),
        ])
    }
}
