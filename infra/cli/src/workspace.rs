//! `workspace …`: the owners of keys, triggers, flows and runs.

use clap::Subcommand;
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
    },
    /// Show whether there is a workspace
    Show {
        /// Its id
        id: WorkspaceId,
    },
}

/// Carries a command out.
pub(crate) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let store = &connection.store;
    match command {
        Command::Create { id } => {
            let workspace = Workspace { id, keys_in_paths: false, created_at: connection.now() };
            if store.put_workspace(&workspace).await? == Put::Taken {
                let id = &workspace.id;
                return Err(Error::Failed(format!("there is a workspace `{id}` already")));
            }
            output.answer(&Shown::from(workspace))
        }
        Command::Show { id } => {
            let missing = || Error::NotFound(format!("there is no workspace `{id}`"));
            let workspace = store.workspace(&id).await?.ok_or_else(missing)?;
            output.answer(&Shown::from(workspace))
        }
    }
}

#[derive(Serialize)]
struct Shown {
    workspace_id: WorkspaceId,
    created_at: String,
    #[serde(skip)]
    record: Workspace,
}

impl From<Workspace> for Shown {
    fn from(record: Workspace) -> Self {
        let created_at = record.created_at.to_string();
        Self { workspace_id: record.id.clone(), created_at, record }
    }
}

impl Answer for Shown {
    fn text(&self) -> String {
        facts(&[
            ("Workspace", self.workspace_id.to_string()),
            ("Created", time(self.record.created_at)),
        ])
    }
}
