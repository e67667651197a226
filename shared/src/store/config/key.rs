//! Keys.

use std::time::Duration;

use super::{
    Put,
    record::{record, value},
};
use crate::{
    auth::{Key, KeyId},
    model::{Timestamp, WorkspaceId},
    store::{
        Error, Store,
        client::{ABSENT, Condition, Write},
        item::{self, Item, MAIN, Reader, text, time},
    },
};

/// How exact a key's last use is: one write an hour at most.
pub(super) const LAST_USE_PRECISION: Duration = Duration::from_hours(1);

fn pk(id: &KeyId) -> String {
    format!("KEY#{id}")
}

fn read(item: &Item) -> Result<Key, Error> {
    let stored = Reader::new(item, "key");
    let mut key: Key = value(stored)?;
    key.revoked_at = stored.optional_time("revoked_at").or(key.revoked_at);
    key.last_used_at = stored.optional_time("last_used_at").or(key.last_used_at);
    Ok(key)
}

impl Store {
    /// Stores a new key.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn put_key(&self, key: &Key) -> Result<Put, Error> {
        let item = record(pk(&key.id), &key.workspace, key)?;
        self.put_record(item, Condition { expression: ABSENT, values: Vec::new() }).await
    }

    /// A key.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn key(&self, id: &KeyId) -> Result<Option<Key>, Error> {
        self.config(pk(id), MAIN).await?.as_ref().map(read).transpose()
    }

    /// A workspace's keys, revoked ones too, by id.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn keys(&self, workspace: &WorkspaceId) -> Result<Vec<Key>, Error> {
        self.records(workspace, "KEY#").await?.iter().map(read).collect()
    }

    /// Ends a key for good. Caches accept it for up to 30 s more. False when the workspace has no
    /// such key; a key revoked before keeps its time.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn revoke_key(
        &self,
        workspace: &WorkspaceId,
        id: &KeyId,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let condition = Condition {
            expression: "#workspace = :workspace",
            values: vec![(":workspace", text(workspace.as_str())), (":now", time(now))],
        };
        let update = "SET #revoked_at = if_not_exists(#revoked_at, :now)";
        let key = item::key(pk(id), MAIN);
        let write = self.update(&self.tables.config, key, update, condition).await?;
        Ok(matches!(write, Write::Done(_)))
    }

    /// Notes that a key was used at `now`, unless a use within the last hour is noted already.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe, and seldom worth it.
    pub async fn touch_key(&self, id: &KeyId, now: Timestamp) -> Result<(), Error> {
        let hour_ms = u64::try_from(LAST_USE_PRECISION.as_millis()).unwrap_or(u64::MAX);
        let due = Timestamp::from_millis(now.as_millis().saturating_sub(hour_ms));
        let condition = Condition {
            expression: "attribute_exists(#pk) AND (attribute_not_exists(#last_used_at) \
                OR #last_used_at <= :due)",
            values: vec![(":now", time(now)), (":due", time(due))],
        };
        let key = item::key(pk(id), MAIN);
        self.update(&self.tables.config, key, "SET #last_used_at = :now", condition).await?;
        Ok(())
    }
}
