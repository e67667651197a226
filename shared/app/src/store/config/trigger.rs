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

/// How often a change is tried that others come before: each time, one of them has made theirs.
const EDIT_TRIES: u32 = 10;

fn pk(id: &TriggerId) -> String {
    format!("TRIGGER#{id}")
}

const fn state_text(state: TriggerState) -> &'static str {
    match state {
        TriggerState::Active => "active",
        TriggerState::Paused => "paused",
    }
}

fn item(trigger: &Trigger) -> Result<Item, Error> {
    let mut item = record(pk(&trigger.id), &trigger.workspace, trigger)?;
    item.insert("state".to_owned(), text(state_text(trigger.state)));
    Ok(item)
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
        let condition = Condition {
            expression: "attribute_not_exists(#pk) OR #workspace = :workspace",
            values: vec![(":workspace", text(trigger.workspace.as_str()))],
        };
        self.put_record(item(trigger)?, condition).await
    }

    /// Stores a new trigger.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe. [`Put::Taken`] when there is one of the id, whoever has it.
    pub async fn create_trigger(&self, trigger: &Trigger) -> Result<Put, Error> {
        let condition = Condition { expression: "attribute_not_exists(#pk)", values: Vec::new() };
        self.put_record(item(trigger)?, condition).await
    }

    /// Changes what a workspace's trigger is, but for its state. `edit` gets it as it is, and again where
    /// somebody else changed it meanwhile, so that no change is lost. The trigger as it is then; none when the
    /// workspace has no such trigger. Caches notice within 30 s.
    ///
    /// # Errors
    /// What `edit` says, and nothing was changed then; else see [`Error`]: a retry is as safe as it is to
    /// `edit` a trigger twice.
    pub async fn edit_trigger<E: From<Error>>(
        &self,
        workspace: &WorkspaceId,
        id: &TriggerId,
        mut edit: impl FnMut(Trigger) -> Result<Trigger, E>,
    ) -> Result<Option<Trigger>, E> {
        for _ in 0..EDIT_TRIES {
            let Some(stored) = self.config(pk(id), MAIN).await? else { return Ok(None) };
            let trigger = read(&stored)?;
            if trigger.workspace != *workspace {
                return Ok(None);
            }
            let edited = edit(trigger)?;
            let mut wanted = item(&edited)?;
            let (Some(old), Some(new)) = (stored.get("record"), wanted.remove("record")) else {
                return Err(Reader::new(&stored, "trigger").corrupt().into());
            };
            let condition = Condition {
                expression: "#workspace = :workspace AND #record = :old",
                values: vec![
                    (":workspace", text(workspace.as_str())),
                    (":old", old.clone()),
                    (":new", new.clone()),
                ],
            };
            let key = item::key(pk(id), MAIN);
            let set = "SET #record = :new";
            match self.update(&self.tables.config, key, set, condition).await? {
                Write::Done(_) => return Ok(Some(edited)),
                // Ours, when an answer was lost on the way.
                Write::Refused(Some(found)) if found.get("record") == Some(&new) => {
                    return Ok(Some(edited));
                }
                Write::Refused(_) => {}
            }
        }
        Err(Error::Unavailable("the trigger changes all the time".into()).into())
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
    use crate::store::{
        config::fixture::trigger,
        fixture::{Database, Fault},
    };

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
    async fn a_new_trigger_takes_nobodys_place() {
        let database = Database::start().await;
        let renamed = Trigger { name: "renamed".to_owned(), ..trigger("greet") };
        for (trigger, expected) in
            [(&trigger("greet"), Put::Done), (&trigger("greet"), Put::Done), (&renamed, Put::Taken)]
        {
            assert_eq!(database.store.create_trigger(trigger).await.unwrap(), expected);
        }
        let stored = database.store.trigger(&renamed.id).await.unwrap();
        assert_eq!(stored, Some(trigger("greet")));
    }

    #[tokio::test]
    async fn changes_of_many_at_once_are_all_made_and_leave_the_state() {
        let database = Database::start().await;
        let greet = trigger("greet");
        database.store.put_trigger(&greet).await.unwrap();
        let (workspace, id) = (&greet.workspace, &greet.id);
        database.store.set_trigger_state(workspace, id, TriggerState::Paused).await.unwrap();
        let add = |letter: char| {
            let edit = move |trigger: Trigger| {
                Ok::<_, Error>(Trigger { name: format!("{}{letter}", trigger.name), ..trigger })
            };
            database.store.edit_trigger(workspace, id, edit)
        };
        for edited in futures::future::join_all("abcdef".chars().map(add)).await {
            assert_eq!(edited.unwrap().unwrap().state, TriggerState::Paused);
        }
        let stored = database.store.trigger(id).await.unwrap().unwrap();
        assert_eq!(stored.state, TriggerState::Paused);
        let mut letters: Vec<_> = stored.name[greet.name.len()..].chars().collect();
        letters.sort_unstable();
        assert_eq!(letters, ['a', 'b', 'c', 'd', 'e', 'f']);
    }

    #[tokio::test]
    async fn a_change_whose_answer_is_lost_is_made_once() {
        let database = Database::start().await;
        let greet = trigger("greet");
        database.store.put_trigger(&greet).await.unwrap();
        let mut edits = 0;
        let edit = |trigger: Trigger| {
            edits += 1;
            // What is sent next is the change.
            database.wire.meet(Fault::LoseAnswer);
            Ok::<_, Error>(Trigger { name: format!("{}!", trigger.name), ..trigger })
        };
        let edited = database.store.edit_trigger(&greet.workspace, &greet.id, edit).await.unwrap();
        assert_eq!(database.store.trigger(&greet.id).await.unwrap(), edited);
        assert_eq!(edits, 1);
    }

    #[tokio::test]
    async fn a_trigger_is_changed_by_its_own_workspace_only_and_as_a_whole() {
        let database = Database::start().await;
        let (other, greet) = ("other".parse().unwrap(), trigger("greet"));
        database.store.put_trigger(&greet).await.unwrap();
        let unwanted = |_| -> Result<Trigger, Error> { Err(Error::Unavailable("no".into())) };
        let store = &database.store;
        assert_eq!(store.edit_trigger(&other, &greet.id, unwanted).await.unwrap(), None);
        let absent = trigger("absent").id;
        assert_eq!(store.edit_trigger(&greet.workspace, &absent, unwanted).await.unwrap(), None);
        assert!(store.edit_trigger(&greet.workspace, &greet.id, unwanted).await.is_err());
        assert_eq!(store.trigger(&greet.id).await.unwrap(), Some(greet));
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
