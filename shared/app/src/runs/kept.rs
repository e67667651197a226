//! What was compiled once, by the hash of its text: the text never changes, so it stays good for ever.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::model::ContentHash;

/// Most entries. Of flows, which are the largest at a few hundred KB, so many stay within a small Lambda's memory.
const MAX_ENTRIES: usize = 200;

/// Compiled things of one kind, which are cheap to clone.
pub(super) struct Kept<V>(Mutex<HashMap<ContentHash, V>>);

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Kept<V> {
    pub(super) fn get(&self, hash: &ContentHash) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    pub(super) fn put(&self, hash: ContentHash, value: V) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_ENTRIES {
            // Rare enough that starting over is cheaper than keeping an order of use.
            entries.clear();
        }
        entries.insert(hash, value);
    }

    /// The entry of a text, made by `compile` where there is none.
    pub(super) fn of<E>(
        &self,
        text: &str,
        compile: impl FnOnce(&str) -> Result<V, E>,
    ) -> Result<V, E> {
        let hash = ContentHash::of(text.as_bytes());
        if let Some(found) = self.get(&hash) {
            return Ok(found);
        }
        let value = compile(text)?;
        self.put(hash, value.clone());
        Ok(value)
    }
}
