//! What every request reads, kept in the process for a while.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::OnceCell;

use super::key::LAST_USE_PRECISION;
use crate::{
    auth::{Key, KeyId},
    model::{Flow, Provider, ProviderName, Timestamp, Trigger, TriggerId, Workspace, WorkspaceId},
    store::{Error, Store},
};

/// How long something is taken to be as it was read: a revoked key works for so long.
const FOUND_FOR: Duration = Duration::from_secs(30);

/// How long something is taken not to be there: a new trigger is unknown for so long at most.
const MISSED_FOR: Duration = Duration::from_secs(5);

/// How old something may be for who asks anew. What somebody changed a moment ago is seen, and whoever sends
/// bad requests by the thousand causes one read a second.
const ANEW_AFTER: Duration = Duration::from_secs(1);

/// Entries of one kind. Some 10 MB, or 40 where all are triggers with the largest schedules; whoever makes up ids by the thousand cannot fill more.
const MAX_ENTRIES: usize = 10_000;

/// Workspaces, keys, triggers, flows and providers as they were at most 30 s ago. Cloning shares the entries.
#[derive(Clone, Debug)]
pub struct Cache {
    store: Store,
    workspaces: Shelf<WorkspaceId, Workspace>,
    keys: Shelf<KeyId, Key>,
    triggers: Shelf<TriggerId, Trigger>,
    flows: Shelf<(WorkspaceId, String), Flow>,
    providers: Shelf<(WorkspaceId, ProviderName), Provider>,
}

impl Cache {
    /// An empty cache in front of `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            workspaces: Shelf::default(),
            keys: Shelf::default(),
            triggers: Shelf::default(),
            flows: Shelf::default(),
            providers: Shelf::default(),
        }
    }

    /// A workspace.
    ///
    /// # Errors
    /// See [`Error`]; a failed read is not kept.
    pub async fn workspace(
        &self,
        id: &WorkspaceId,
        now: Timestamp,
    ) -> Result<Option<Arc<Workspace>>, Error> {
        self.workspaces.get(id.clone(), now, FOUND_FOR, || self.store.workspace(id)).await
    }

    /// A key.
    ///
    /// # Errors
    /// See [`Error`]; a failed read is not kept.
    pub async fn key(&self, id: &KeyId, now: Timestamp) -> Result<Option<Arc<Key>>, Error> {
        self.keys.get(id.clone(), now, FOUND_FOR, || self.store.key(id)).await
    }

    /// A trigger.
    ///
    /// # Errors
    /// See [`Error`]; a failed read is not kept.
    pub async fn trigger(
        &self,
        id: &TriggerId,
        now: Timestamp,
    ) -> Result<Option<Arc<Trigger>>, Error> {
        self.triggers.get(id.clone(), now, FOUND_FOR, || self.store.trigger(id)).await
    }

    /// A trigger as it was at most a second ago, for who found that it does not fit.
    ///
    /// # Errors
    /// See [`Error`]; a failed read is not kept.
    pub async fn trigger_anew(
        &self,
        id: &TriggerId,
        now: Timestamp,
    ) -> Result<Option<Arc<Trigger>>, Error> {
        self.triggers.get(id.clone(), now, ANEW_AFTER, || self.store.trigger(id)).await
    }

    /// A flow.
    ///
    /// # Errors
    /// See [`Error`]; a failed read is not kept.
    pub async fn flow(
        &self,
        workspace: &WorkspaceId,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<Flow>>, Error> {
        let id = (workspace.clone(), name.to_owned());
        self.flows.get(id, now, FOUND_FOR, || self.store.flow(workspace, name)).await
    }

    /// A provider.
    ///
    /// # Errors
    /// See [`Error`]; a failed read is not kept.
    pub async fn provider(
        &self,
        workspace: &WorkspaceId,
        name: &ProviderName,
        now: Timestamp,
    ) -> Result<Option<Arc<Provider>>, Error> {
        let id = (workspace.clone(), name.clone());
        self.providers.get(id, now, FOUND_FOR, || self.store.provider(workspace, name)).await
    }

    /// Notes that `key` was used at `now`: a write in the first request of an hour, else nothing.
    ///
    /// # Errors
    /// See [`Error`]. The note is then lost until the entry is read again, which harms nobody.
    pub async fn touch_key(&self, key: &Key, now: Timestamp) -> Result<(), Error> {
        if key.last_used_at.is_some_and(|last| now.since(last) < LAST_USE_PRECISION) {
            return Ok(());
        }
        // Requests that come meanwhile see the note already.
        let touched = Key { last_used_at: Some(now), ..key.clone() };
        self.keys.amend(key.id.clone(), touched);
        self.store.touch_key(&key.id, now).await
    }
}

/// Entries of one kind.
#[derive(Debug)]
struct Shelf<K, V>(Arc<Mutex<HashMap<K, Slot<V>>>>);

/// Filled by the first who asks; whoever asks meanwhile waits for the same read.
type Slot<V> = Arc<OnceCell<Entry<V>>>;

#[derive(Debug)]
struct Entry<V> {
    value: Option<Arc<V>>,
    read_at: Timestamp,
}

impl<V> Entry<V> {
    fn is_younger(&self, longest: Duration, now: Timestamp) -> bool {
        let lifetime = if self.value.is_some() { FOUND_FOR } else { MISSED_FOR };
        now < self.read_at.after(lifetime.min(longest))
    }
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, V> Clone for Shelf<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash, V> Shelf<K, V> {
    async fn get<F>(
        &self,
        id: K,
        now: Timestamp,
        longest: Duration,
        read: impl FnOnce() -> F,
    ) -> Result<Option<Arc<V>>, Error>
    where
        F: Future<Output = Result<Option<V>, Error>>,
    {
        let slot = self.slot(id, now, longest);
        let fill = || async {
            read().await.map(|value| Entry { value: value.map(Arc::new), read_at: now })
        };
        let entry = slot.get_or_try_init(fill).await?;
        Ok(entry.value.clone())
    }

    /// The slot of `id`: a fresh one, one that is being filled, or a new one.
    fn slot(&self, id: K, now: Timestamp, longest: Duration) -> Slot<V> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&id).filter(|slot| is_usable(slot, longest, now)) {
            return Arc::clone(slot);
        }
        make_room(&mut slots, now);
        let slot = Slot::default();
        slots.insert(id, Arc::clone(&slot));
        slot
    }

    /// Changes what is known of `id` without making it fresher.
    fn amend(&self, id: K, value: V) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read_at) = slots.get(&id).and_then(|slot| slot.get()).map(|entry| entry.read_at)
        {
            let entry = Entry { value: Some(Arc::new(value)), read_at };
            slots.insert(id, Arc::new(OnceCell::new_with(Some(entry))));
        }
    }
}

fn is_usable<V>(slot: &Slot<V>, longest: Duration, now: Timestamp) -> bool {
    slot.get().is_none_or(|entry| entry.is_younger(longest, now))
}

/// Drops what is stale when the shelf is full, and everything when nothing is.
fn make_room<K: Eq + Hash, V>(slots: &mut HashMap<K, Slot<V>>, now: Timestamp) {
    if slots.len() >= MAX_ENTRIES {
        slots.retain(|_, slot| is_usable(slot, FOUND_FOR, now));
    }
    if slots.len() >= MAX_ENTRIES {
        slots.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::TriggerState,
        store::{
            config::fixture::{key, trigger, version},
            fixture::{Database, Fault, at},
        },
    };

    #[tokio::test]
    async fn what_was_found_is_kept_for_30_seconds() {
        let database = Database::start().await;
        let (cache, greet) = (Cache::new(database.store.clone()), trigger("greet"));
        database.store.put_trigger(&greet).await.unwrap();
        let state = async |seconds| {
            let found = cache.trigger(&greet.id, at(seconds)).await.unwrap();
            found.map(|trigger| trigger.state)
        };
        assert_eq!(state(0).await, Some(TriggerState::Active));
        let (workspace, paused) = (&greet.workspace, TriggerState::Paused);
        database.store.set_trigger_state(workspace, &greet.id, paused).await.unwrap();
        assert_eq!(state(29).await, Some(TriggerState::Active));
        assert_eq!(state(30).await, Some(TriggerState::Paused));
    }

    #[tokio::test]
    async fn who_asks_anew_sees_what_was_changed_a_second_ago() {
        let database = Database::start().await;
        let (cache, greet) = (Cache::new(database.store.clone()), trigger("greet"));
        database.store.put_trigger(&greet).await.unwrap();
        cache.trigger(&greet.id, at(0)).await.unwrap();
        let (workspace, paused) = (&greet.workspace, TriggerState::Paused);
        database.store.set_trigger_state(workspace, &greet.id, paused).await.unwrap();
        database.wire.operations();
        let anew = async |seconds| {
            let found = cache.trigger_anew(&greet.id, at(seconds)).await.unwrap();
            found.map(|trigger| trigger.state)
        };
        assert_eq!(anew(0).await, Some(TriggerState::Active));
        assert_eq!((anew(1).await, anew(1).await), (Some(paused), Some(paused)));
        assert_eq!(database.wire.operations(), ["GetItem"]);
        let found = cache.trigger(&greet.id, at(30)).await.unwrap();
        assert_eq!(found.map(|trigger| trigger.state), Some(paused));
    }

    #[tokio::test]
    async fn what_was_missing_is_looked_for_after_5_seconds() {
        let database = Database::start().await;
        let (cache, version) = (Cache::new(database.store.clone()), version("1.0.0", at(0)));
        let is_found = async |seconds| {
            let found = cache.flow(&version.workspace, &version.name, at(seconds)).await;
            found.unwrap().is_some()
        };
        assert!(!is_found(0).await);
        database.store.publish(&version, &[]).await.unwrap();
        assert!(!is_found(4).await);
        assert!(is_found(5).await);
    }

    #[tokio::test]
    async fn many_who_ask_at_once_cause_one_read() {
        let database = Database::start().await;
        let cache = Cache::new(database.store.clone());
        database.store.put_key(&key(1)).await.unwrap();
        database.wire.operations();
        let id = key(1).id;
        let found = futures::future::join_all((0..20).map(|_| cache.key(&id, at(0)))).await;
        assert!(found.into_iter().all(|found| found.unwrap().as_deref() == Some(&key(1))));
        assert_eq!(database.wire.operations(), ["GetItem"]);
    }

    #[tokio::test]
    async fn a_failed_read_is_not_kept() {
        let database = Database::start().await;
        let cache = Cache::new(database.store.clone());
        database.store.put_key(&key(1)).await.unwrap();
        database.wire.meet(Fault::Refuse("AccessDeniedException", ""));
        assert!(cache.key(&key(1).id, at(0)).await.is_err());
        assert!(cache.key(&key(1).id, at(0)).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_use_is_written_once_an_hour_and_makes_no_entry_fresher() {
        let database = Database::start().await;
        let cache = Cache::new(database.store.clone());
        database.store.put_key(&key(1)).await.unwrap();
        let touch = async |seconds| {
            let found = cache.key(&key(1).id, at(seconds)).await.unwrap().unwrap();
            database.wire.operations();
            cache.touch_key(&found, at(seconds)).await.unwrap();
            database.wire.operations().len()
        };
        assert_eq!((touch(0).await, touch(1).await, touch(3599).await), (1, 0, 0));
        assert_eq!(touch(3600).await, 1);
        let (workspace, id) = (key(1).workspace, key(1).id);
        database.store.revoke_key(&workspace, &id, at(3600)).await.unwrap();
        let found = cache.key(&id, at(3629)).await.unwrap().unwrap();
        assert!(found.revoked_at.is_some(), "{found:?}");
    }

    #[test]
    fn a_full_shelf_makes_room() {
        let shelf = Shelf::<usize, ()>::default();
        let fill = |ids: std::ops::Range<usize>, now| {
            for id in ids {
                let entry = Entry { value: Some(Arc::new(())), read_at: now };
                let _ = shelf.slot(id, now, FOUND_FOR).set(entry);
            }
            shelf.0.lock().unwrap().len()
        };
        assert_eq!(fill(0..MAX_ENTRIES / 2, at(0)), MAX_ENTRIES / 2);
        assert_eq!(fill(MAX_ENTRIES / 2..MAX_ENTRIES, at(29)), MAX_ENTRIES);
        assert_eq!(fill(MAX_ENTRIES..MAX_ENTRIES + 1, at(30)), MAX_ENTRIES / 2 + 1);
        assert_eq!(fill(MAX_ENTRIES + 1..2 * MAX_ENTRIES, at(31)), MAX_ENTRIES / 2);
    }
}
