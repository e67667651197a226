//! Workspaces.

use std::num::NonZeroU32;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    Put, limit,
    record::{record, value},
};
use crate::{
    model::{MaxRuns, Rate, Workspace, WorkspaceId},
    store::{
        Error, Store,
        client::{ABSENT, Condition, Write},
        item::{self, Item, MAIN, Reader, number},
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
    workspace.limits = limit::read_all(stored)?;
    Ok(workspace)
}

/// There is such a workspace.
const fn exists() -> Condition {
    Condition { expression: "attribute_exists(#pk)", values: Vec::new() }
}

impl Store {
    /// Stores a new workspace.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn put_workspace(&self, workspace: &Workspace) -> Result<Put, Error> {
        let mut item = record(pk(&workspace.id), &workspace.id, workspace)?;
        limit::write_all(&mut item, &workspace.limits)?;
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
        let values = vec![(":allowed", AttributeValue::Bool(allowed))];
        let condition = Condition { values, ..exists() };
        let key = item::key(pk(id), MAIN);
        let update = "SET #keys_in_paths = :allowed";
        let write = self.update(&self.tables.config, key, update, condition).await?;
        Ok(matches!(write, Write::Done(_)))
    }

    /// Limits how often runs of the workspace are started, or no more. Caches notice within 30 s. False when there is
    /// no such workspace.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn set_workspace_rate(
        &self,
        id: &WorkspaceId,
        rate: Option<&Rate>,
    ) -> Result<bool, Error> {
        let rate = rate.map(limit::rate_value).transpose()?;
        self.set_limit(item::key(pk(id), MAIN), limit::RATE, rate, exists()).await
    }

    /// Limits how many runs of the workspace may be in flight, or no more. Caches notice within 30 s. False when there
    /// is no such workspace.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn set_workspace_runs_in_flight(
        &self,
        id: &WorkspaceId,
        count: Option<MaxRuns>,
    ) -> Result<bool, Error> {
        let count = count.map(|count| number(count.get()));
        self.set_limit(item::key(pk(id), MAIN), limit::RUNS_IN_FLIGHT, count, exists()).await
    }

    /// Limits how many runs of the workspace may be started a day, or no more. Caches notice within 30 s. False when
    /// there is no such workspace.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn set_workspace_runs_a_day(
        &self,
        id: &WorkspaceId,
        count: Option<NonZeroU32>,
    ) -> Result<bool, Error> {
        let count = count.map(|count| number(count.get()));
        self.set_limit(item::key(pk(id), MAIN), limit::RUNS_A_DAY, count, exists()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Limits;
    use crate::store::fixture::{Database, at};

    fn demo() -> Workspace {
        Workspace {
            id: "demo".parse().unwrap(),
            keys_in_paths: false,
            limits: Limits::default(),
            created_at: at(0),
        }
    }

    #[tokio::test]
    async fn limits_are_set_changed_and_cleared() {
        let database = Database::start().await;
        let rate = |text: &str| Rate::new(text.parse().unwrap(), 5).unwrap();
        let runs_in_flight = Some("7".parse().unwrap());
        let runs_a_day = NonZeroU32::new(8);
        let limited =
            |rate| Workspace { limits: Limits { rate, runs_in_flight, runs_a_day }, ..demo() };
        assert!(!database.store.set_workspace_rate(&demo().id, None).await.unwrap());
        let made = limited(Some(rate("1/min")));
        database.store.put_workspace(&made).await.unwrap();
        assert_eq!(database.store.workspace(&made.id).await.unwrap(), Some(made));
        for rate in [Some(rate("10/s")), None, None] {
            assert!(database.store.set_workspace_rate(&demo().id, rate.as_ref()).await.unwrap());
            let stored = database.store.workspace(&demo().id).await.unwrap();
            assert_eq!(stored, Some(limited(rate)));
        }
        for runs_in_flight in [Some("9".parse().unwrap()), None] {
            let (store, id) = (&database.store, demo().id);
            assert!(store.set_workspace_runs_in_flight(&id, runs_in_flight).await.unwrap());
            let stored = store.workspace(&id).await.unwrap().unwrap();
            assert_eq!(stored.limits, Limits { runs_in_flight, runs_a_day, ..Limits::default() });
        }
        for runs_a_day in [NonZeroU32::new(9), None] {
            let (store, id) = (&database.store, demo().id);
            assert!(store.set_workspace_runs_a_day(&id, runs_a_day).await.unwrap());
            let stored = store.workspace(&id).await.unwrap().unwrap();
            assert_eq!(stored.limits, Limits { runs_a_day, ..Limits::default() });
        }
    }

    #[tokio::test]
    async fn a_workspace_is_stored_once() {
        let database = Database::start().await;
        let first = demo();
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
        let made = Workspace { keys_in_paths: true, ..demo() };
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
