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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{Database, at};

    #[tokio::test]
    async fn a_workspace_is_stored_once() {
        let database = Database::start().await;
        let first =
            Workspace { id: "demo".parse().unwrap(), keys_in_paths: false, created_at: at(0) };
        let second = Workspace { created_at: at(1), ..first.clone() };
        assert_eq!(database.store.workspace(&first.id).await.unwrap(), None);
        for (workspace, expected) in
            [(&first, Put::Done), (&first, Put::Done), (&second, Put::Taken)]
        {
            assert_eq!(database.store.put_workspace(workspace).await.unwrap(), expected);
        }
        assert_eq!(database.store.workspace(&first.id).await.unwrap(), Some(first));
    }
}
