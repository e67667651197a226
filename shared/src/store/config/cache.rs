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
    model::{Flow, Timestamp, Trigger, TriggerId, WorkspaceId},
    store::{Error, Store},
};

/// How long something is taken to be as it was read: a revoked key works for so long.
const FOUND_FOR: Duration = Duration::from_secs(30);

/// How long something is taken not to be there: a new trigger is unknown for so long at most.
const MISSED_FOR: Duration = Duration::from_secs(5);

/// Entries of one kind. Some 10 MB at most; whoever makes up ids by the thousand cannot fill more.
const MAX_ENTRIES: usize = 10_000;

/// Keys, triggers and flows as they were at most 30 s ago. Cloning shares the entries.
#[derive(Clone, Debug)]
pub struct Cache {
    store: Store,
    keys: Shelf<KeyId, Key>,
    triggers: Shelf<TriggerId, Trigger>,
    flows: Shelf<(WorkspaceId, String), Flow>,
}

impl Cache {
    /// An empty cache in front of `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        let (keys, triggers, flows) = (Shelf::default(), Shelf::default(), Shelf::default());
        Self { store, keys, triggers, flows }
    }

    /// A key.
    ///
    /// # Errors
    /// See [`Error`]; a failed read is not kept.
    pub async fn key(&self, id: &KeyId, now: Timestamp) -> Result<Option<Arc<Key>>, Error> {
        self.keys.get(id.clone(), now, || self.store.key(id)).await
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
        self.triggers.get(id.clone(), now, || self.store.trigger(id)).await
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
        self.flows.get(id, now, || self.store.flow(workspace, name)).await
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
    fresh_until: Timestamp,
}

impl<V> Entry<V> {
    fn new(value: Option<Arc<V>>, now: Timestamp) -> Self {
        let lifetime = if value.is_some() { FOUND_FOR } else { MISSED_FOR };
        Self { value, fresh_until: now.after(lifetime) }
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
        read: impl FnOnce() -> F,
    ) -> Result<Option<Arc<V>>, Error>
    where
        F: Future<Output = Result<Option<V>, Error>>,
    {
        let slot = self.slot(id, now);
        let fill = || async { read().await.map(|value| Entry::new(value.map(Arc::new), now)) };
        let entry = slot.get_or_try_init(fill).await?;
        Ok(entry.value.clone())
    }

    /// The slot of `id`: a fresh one, one that is being filled, or a new one.
    fn slot(&self, id: K, now: Timestamp) -> Slot<V> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&id).filter(|slot| is_usable(slot, now)) {
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
        if let Some(fresh_until) =
            slots.get(&id).and_then(|slot| slot.get()).map(|entry| entry.fresh_until)
        {
            let entry = Entry { value: Some(Arc::new(value)), fresh_until };
            slots.insert(id, Arc::new(OnceCell::new_with(Some(entry))));
        }
    }
}

fn is_usable<V>(slot: &Slot<V>, now: Timestamp) -> bool {
    slot.get().is_none_or(|entry| now < entry.fresh_until)
}

/// Drops what is stale when the shelf is full, and everything when nothing is.
fn make_room<K: Eq + Hash, V>(slots: &mut HashMap<K, Slot<V>>, now: Timestamp) {
    if slots.len() >= MAX_ENTRIES {
        slots.retain(|_, slot| is_usable(slot, now));
    }
    if slots.len() >= MAX_ENTRIES {
        slots.clear();
    }
}
