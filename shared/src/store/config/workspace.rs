//! Workspaces.

use super::{
    Put,
    record::{record, value},
};
use crate::{
    model::{Workspace, WorkspaceId},
    store::{
        Error, Store,
        client::{ABSENT, Condition},
        item::{MAIN, Reader},
    },
};

fn pk(id: &WorkspaceId) -> String {
    format!("WORKSPACE#{id}")
}

impl Store {
    /// Stores a new workspace.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn put_workspace(&self, workspace: &Workspace) -> Result<Put, Error> {
        let item = record(pk(&workspace.id), &workspace.id, workspace)?;
        self.put_record(item, Condition { expression: ABSENT, values: Vec::new() }).await
    }

    /// A workspace.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn workspace(&self, id: &WorkspaceId) -> Result<Option<Workspace>, Error> {
        let item = self.config(pk(id), MAIN).await?;
        item.map(|item| value(Reader::new(&item, "workspace"))).transpose()
    }
}
