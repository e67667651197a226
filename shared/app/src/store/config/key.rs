//! Keys.

use std::time::Duration;

use super::{
    Put,
    limit::{RATE, rate_value, read_rate, write_rate},
    record::{record, value},
};
use crate::{
    auth::{Key, KeyId},
    model::{Rate, Timestamp, WorkspaceId},
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
    key.rate = read_rate(stored)?;
    Ok(key)
}

impl Store {
    /// Stores a new key.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn put_key(&self, key: &Key) -> Result<Put, Error> {
        let mut item = record(pk(&key.id), &key.workspace, key)?;
        write_rate(&mut item, key.rate.as_ref())?;
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

    /// Limits how often a key may start a run, or no more. Caches notice within 30 s. False when the workspace has no
    /// such key.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn set_key_rate(
        &self,
        workspace: &WorkspaceId,
        id: &KeyId,
        rate: Option<&Rate>,
    ) -> Result<bool, Error> {
        let condition = Condition {
            expression: "#workspace = :workspace",
            values: vec![(":workspace", text(workspace.as_str()))],
        };
        let rate = rate.map(rate_value).transpose()?;
        self.set_limit(item::key(pk(id), MAIN), RATE, rate, condition).await
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        config::fixture::key,
        fixture::{Database, Fault, at},
    };

    #[tokio::test]
    async fn a_key_is_stored_once() {
        let database = Database::start().await;
        let other = Key { name: "other".to_owned(), ..key(1) };
        database.wire.meet(Fault::LoseAnswer);
        for (key, expected) in [(&key(1), Put::Done), (&key(1), Put::Done), (&other, Put::Taken)] {
            assert_eq!(database.store.put_key(key).await.unwrap(), expected);
        }
        assert_eq!(database.store.key(&key(1).id).await.unwrap(), Some(key(1)));
        assert_eq!(database.store.key(&key(2).id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_revoked_key_stays_revoked_and_listed() {
        let database = Database::start().await;
        for number in [1, 2] {
            database.store.put_key(&key(number)).await.unwrap();
        }
        let elsewhere = Key { workspace: "other".parse().unwrap(), ..key(3) };
        database.store.put_key(&elsewhere).await.unwrap();
        let (workspace, id) = (key(1).workspace, key(1).id);
        let revoke = |workspace, seconds| database.store.revoke_key(workspace, &id, at(seconds));
        assert!(!revoke(&elsewhere.workspace, 1).await.unwrap());
        assert!(revoke(&workspace, 2).await.unwrap());
        assert!(revoke(&workspace, 3).await.unwrap());
        let revoked = Key { revoked_at: Some(at(2)), ..key(1) };
        let mut expected = [revoked, key(2)];
        expected.sort_by_key(|key| key.id.clone());
        assert_eq!(database.store.keys(&workspace).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn a_rate_is_set_changed_and_cleared() {
        let database = Database::start().await;
        let rate = |text: &str| Rate::new(text.parse().unwrap(), 5).unwrap();
        let made = Key { rate: Some(rate("1/min")), ..key(1) };
        database.store.put_key(&made).await.unwrap();
        assert_eq!(database.store.key(&made.id).await.unwrap(), Some(made));
        let (workspace, id, other) = (key(1).workspace, key(1).id, "other".parse().unwrap());
        for rate in [Some(rate("10/s")), None, None] {
            let store = &database.store;
            assert!(store.set_key_rate(&workspace, &id, rate.as_ref()).await.unwrap());
            assert!(!store.set_key_rate(&other, &id, None).await.unwrap());
            assert_eq!(store.key(&id).await.unwrap(), Some(Key { rate, ..key(1) }));
        }
    }

    #[tokio::test]
    async fn a_use_is_noted_once_an_hour() {
        let database = Database::start().await;
        let id = key(1).id;
        database.store.touch_key(&id, at(0)).await.unwrap();
        assert_eq!(database.store.key(&id).await.unwrap(), None);
        database.store.put_key(&key(1)).await.unwrap();
        for (seconds, noted) in [(0, 0), (3599, 0), (3600, 3600), (3601, 3600)] {
            database.store.touch_key(&id, at(seconds)).await.unwrap();
            let key = database.store.key(&id).await.unwrap().unwrap();
            assert_eq!(key.last_used_at, Some(at(noted)));
        }
    }
}
