//! `workspace …`: the owners of keys, triggers, flows and runs.

use clap::Subcommand;
use serde::Serialize;
use shared::{
    model::{Workspace, WorkspaceId},
};

use crate::{
    connect::Connection,
    error::Error,
    output::{Answer, Output, Table, time},
};

/// Commands on workspaces.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create a workspace: the first step on a new deployment
    Create {
        /// Its id: letters, digits, `-` and `_`; it stands in every URL
        id: WorkspaceId,
    },
    /// List all workspaces
    List,
}

/// Carries a command out.
pub(crate) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    match command {
        Command::Create { id } => {
            let workspace = Workspace { id, created_at: connection.now() };
            if !connection.store.create_workspace(&workspace).await? {
                return Err(Error::Failed(format!("there is a workspace `{}` already", workspace.id)));
            }
            output.answer(&Workspaces::from(vec![workspace]))
        }
        Command::List => output.answer(&Workspaces::from(connection.store.workspaces().await?)),
    }
}

#[derive(Serialize)]
struct Workspaces {
    workspaces: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    workspace_id: WorkspaceId,
    created_at: String,
}

impl From<Vec<Workspace>> for Workspaces {
    fn from(workspaces: Vec<Workspace>) -> Self {
        let row = |workspace: Workspace| Row {
            workspace_id: workspace.id,
            created_at: workspace.created_at.to_string(),
        };
        Self { workspaces: workspaces.into_iter().map(row).collect() }
    }
}

impl Answer for Workspaces {
    fn text(&self) -> String {
        let rows = self.workspaces.iter();
        let rows = rows.map(|row| [row.workspace_id.to_string(), row.created_at.clone()]);
        Table::new(["WORKSPACE", "CREATED"]).render(rows, "No workspaces.")
    }
}
