//! Workspaces.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    Put,
    record::{record, value},
};
use crate::{
    model::{Workspace, WorkspaceId},
    store::{
        Error, Store,
        client::{ABSENT, Condition, Write},
        item::{self, Item, MAIN, Reader},
    },
};

fn pk(id: &WorkspaceId) -> String {
    format!("WORKSPACE#{id}")
}

/// The attribute, where somebody changed what the workspace was made with.
const KEYS_IN_PATHS: &str = "keys_in_paths";

fn read(item: &Item) -> Result<Workspace, Error> {
    let stored = Reader::new(item, "workspace");
    let mut workspace: Workspace = value(stored)?;
    if item.contains_key(KEYS_IN_PATHS) {
        workspace.keys_in_paths = stored.flag(KEYS_IN_PATHS);
    }
    Ok(workspace)
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
        self.config(pk(id), MAIN).await?.as_ref().map(read).transpose()
    }

    /// Sets whether a key of the workspace may stand in a path. Caches notice within 30 s. False when
    /// there is no such workspace.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn set_keys_in_paths(&self, id: &WorkspaceId, allowed: bool) -> Result<bool, Error> {
        let condition = Condition {
            expression: "attribute_exists(#pk)",
            values: vec![(":allowed", AttributeValue::Bool(allowed))],
        };
        let key = item::key(pk(id), MAIN);
        let update = "SET #keys_in_paths = :allowed";
        let write = self.update(&self.tables.config, key, update, condition).await?;
        Ok(matches!(write, Write::Done(_)))
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

    #[tokio::test]
    async fn keys_in_paths_are_allowed_and_not_any_more() {
        let database = Database::start().await;
        let made =
            Workspace { id: "demo".parse().unwrap(), keys_in_paths: true, created_at: at(0) };
        assert!(!database.store.set_keys_in_paths(&made.id, true).await.unwrap());
        assert_eq!(database.store.workspace(&made.id).await.unwrap(), None);
        database.store.put_workspace(&made).await.unwrap();
        for allowed in [false, true] {
            assert!(database.store.set_keys_in_paths(&made.id, allowed).await.unwrap());
            let stored = database.store.workspace(&made.id).await.unwrap();
            assert_eq!(stored, Some(Workspace { keys_in_paths: allowed, ..made.clone() }));
        }
    }
}
