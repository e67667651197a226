//! Triggers.

use super::{
    Put,
    record::{record, value},
};
use crate::{
    model::{Trigger, TriggerId, TriggerState, WorkspaceId},
    store::{
        Error, Store,
        client::{Condition, Write},
        item::{self, Item, MAIN, Reader, text},
    },
};

fn pk(id: &TriggerId) -> String {
    format!("TRIGGER#{id}")
}

const fn state_text(state: TriggerState) -> &'static str {
    match state {
        TriggerState::Active => "active",
        TriggerState::Paused => "paused",
    }
}

fn read(item: &Item) -> Result<Trigger, Error> {
    let stored = Reader::new(item, "trigger");
    let mut trigger: Trigger = value(stored)?;
    let state = stored.text("state")?;
    trigger.state = [TriggerState::Active, TriggerState::Paused]
        .into_iter()
        .find(|known| state_text(*known) == state)
        .ok_or_else(|| stored.corrupt())?;
    Ok(trigger)
}

impl Store {
    /// Stores a trigger, in place of one that its workspace had under the id.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe. [`Put::Taken`] when the id is another workspace's.
    pub async fn put_trigger(&self, trigger: &Trigger) -> Result<Put, Error> {
        let mut item = record(pk(&trigger.id), &trigger.workspace, trigger)?;
        item.insert("state".to_owned(), text(state_text(trigger.state)));
        let condition = Condition {
            expression: "attribute_not_exists(#pk) OR #workspace = :workspace",
            values: vec![(":workspace", text(trigger.workspace.as_str()))],
        };
        self.put_record(item, condition).await
    }

    /// A trigger.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn trigger(&self, id: &TriggerId) -> Result<Option<Trigger>, Error> {
        self.config(pk(id), MAIN).await?.as_ref().map(read).transpose()
    }

    /// A workspace's triggers, by id.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn triggers(&self, workspace: &WorkspaceId) -> Result<Vec<Trigger>, Error> {
        self.records(workspace, "TRIGGER#").await?.iter().map(read).collect()
    }

    /// Deletes a trigger. Caches know it for up to 30 s more; its runs go on. False when the workspace
    /// has no such trigger.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe, and may find nothing left to delete.
    pub async fn delete_trigger(
        &self,
        workspace: &WorkspaceId,
        id: &TriggerId,
    ) -> Result<bool, Error> {
        let condition = Condition {
            expression: "#workspace = :workspace",
            values: vec![(":workspace", text(workspace.as_str()))],
        };
        self.delete(&self.tables.config, item::key(pk(id), MAIN), condition).await
    }

    /// Pauses a trigger or lets it go on. Caches notice within 30 s. False when the workspace has
    /// no such trigger.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn set_trigger_state(
        &self,
        workspace: &WorkspaceId,
        id: &TriggerId,
        state: TriggerState,
    ) -> Result<bool, Error> {
        let condition = Condition {
            expression: "#workspace = :workspace",
            values: vec![
                (":workspace", text(workspace.as_str())),
                (":state", text(state_text(state))),
            ],
        };
        let key = item::key(pk(id), MAIN);
        let write = self.update(&self.tables.config, key, "SET #state = :state", condition).await?;
        Ok(matches!(write, Write::Done(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{config::fixture::trigger, fixture::Database};

    #[tokio::test]
    async fn a_trigger_is_replaced_by_its_own_workspace_only() {
        let database = Database::start().await;
        let renamed = Trigger { name: "renamed".to_owned(), ..trigger("greet") };
        let stolen = Trigger { workspace: "other".parse().unwrap(), ..trigger("greet") };
        for (trigger, expected) in
            [(&trigger("greet"), Put::Done), (&renamed, Put::Done), (&stolen, Put::Taken)]
        {
            assert_eq!(database.store.put_trigger(trigger).await.unwrap(), expected);
        }
        assert_eq!(database.store.trigger(&renamed.id).await.unwrap(), Some(renamed));
        assert_eq!(database.store.trigger(&trigger("none").id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_trigger_is_deleted_by_its_own_workspace_only() {
        let database = Database::start().await;
        let (other, greet) = ("other".parse().unwrap(), trigger("greet"));
        database.store.put_trigger(&greet).await.unwrap();
        for (workspace, deleted) in
            [(&other, false), (&greet.workspace, true), (&greet.workspace, false)]
        {
            let found = database.store.delete_trigger(workspace, &greet.id).await.unwrap();
            assert_eq!(found, deleted, "{workspace}");
        }
        assert_eq!(database.store.trigger(&greet.id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_trigger_is_paused_by_its_own_workspace_only() {
        let database = Database::start().await;
        let (other, greet) = ("other".parse().unwrap(), trigger("greet"));
        for name in ["greet", "also"] {
            database.store.put_trigger(&trigger(name)).await.unwrap();
        }
        let pause = |workspace| {
            database.store.set_trigger_state(workspace, &greet.id, TriggerState::Paused)
        };
        assert!(!pause(&other).await.unwrap());
        assert!(pause(&greet.workspace).await.unwrap());
        let paused = Trigger { state: TriggerState::Paused, ..greet.clone() };
        let expected = [trigger("also"), paused];
        assert_eq!(database.store.triggers(&greet.workspace).await.unwrap(), expected);
        assert!(database.store.triggers(&other).await.unwrap().is_empty());
    }
}
