//! What makes one run of several calls: keys of callers, deliveries of providers, buried runs, and the run that each
//! stands for.

use std::time::Duration;

use super::{
    Error,
    client::{Condition, Store, Write},
    item::{self, Item, MAIN, Reader, number, text},
};
use crate::model::{
    ContentHash, RunId, Timestamp, TriggerId, WorkspaceId,
    limits::{IDEMPOTENCY_MEMORY, RUN_RETENTION},
};

/// What several calls of one trigger have in common, so that they are to be one run.
#[derive(Clone, PartialEq, Eq)]
pub enum Idempotency {
    /// A caller's key, remembered for a day.
    Key {
        /// Its text.
        key: String,
        /// A hash of all that must be equal for a repeat.
        body: ContentHash,
    },
    /// A delivery that was verified, remembered as long as a run is. A provider that sends it again
    /// may write its body anew.
    Delivery {
        /// Whose it is.
        provider: String,
        /// What tells it from the provider's others.
        id: String,
    },
    /// A run that was buried, which is started again once: remembered as long as a run is.
    Redrive(RunId),
}

/// Whether it was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// It was not: it now stands for the caller's run.
    New,
    /// It stands for this run, which was started with the same body.
    Same(RunId),
    /// It stands for this run, which was started with another body.
    OtherBody(RunId),
}

const FREE: &str = "attribute_not_exists(#pk) OR #expires_at <= :now";

impl Idempotency {
    /// Neither keys nor ids of deliveries are stored, which have any length and may say anything.
    fn item_key(&self, workspace: &WorkspaceId, trigger: &TriggerId) -> Item {
        let partition = match self {
            Self::Key { key, .. } => {
                format!("IDEM#{workspace}#{trigger}#{}", ContentHash::of(key.as_bytes()))
            }
            Self::Delivery { provider, id } => {
                let id = ContentHash::of(id.as_bytes());
                format!("HOOK#{workspace}#{trigger}#{provider}#{id}")
            }
            Self::Redrive(run) => format!("REDRIVE#{workspace}#{trigger}#{run}"),
        };
        item::key(partition, MAIN)
    }

    const fn body(&self) -> Option<&ContentHash> {
        match self {
            Self::Key { body, .. } => Some(body),
            Self::Delivery { .. } | Self::Redrive(_) => None,
        }
    }

    const fn memory(&self) -> Duration {
        match self {
            Self::Key { .. } => IDEMPOTENCY_MEMORY,
            Self::Delivery { .. } | Self::Redrive(_) => RUN_RETENTION,
        }
    }
}

impl Store {
    /// Remembers that `idempotency` stands for `run`, unless it stands for another one. First of all a
    /// start does this: where the run is not there, a start was cut off, to be done again under
    /// that run's id.
    ///
    /// # Errors
    /// See [`Error`]; a retry with the same `run` is safe.
    pub async fn remember(
        &self,
        workspace: &WorkspaceId,
        trigger: &TriggerId,
        idempotency: &Idempotency,
        run: RunId,
        now: Timestamp,
    ) -> Result<Remembered, Error> {
        let body = idempotency.body().map(ContentHash::as_str);
        let mut item = idempotency.item_key(workspace, trigger);
        item.insert("run".to_owned(), text(run.to_string()));
        if let Some(body) = body {
            item.insert("body".to_owned(), text(body));
        }
        let expires_at = now.after(idempotency.memory()).as_secs();
        item.insert("expires_at".to_owned(), number(expires_at));
        // DynamoDB deletes what expired days later.
        let free = Condition { expression: FREE, values: vec![(":now", number(now.as_secs()))] };
        let stored = match self.put(&self.tables.runs, item, free).await? {
            Write::Done(_) | Write::Refused(None) => return Ok(Remembered::New),
            Write::Refused(Some(stored)) => stored,
        };
        let stored = Reader::new(&stored, "idempotency key");
        let older: RunId = stored.parse("run")?;
        Ok(if stored.optional_text("body") != body {
            Remembered::OtherBody(older)
        } else if older == run {
            // Ours, when an answer was lost on the way.
            Remembered::New
        } else {
            Remembered::Same(older)
        })
    }

    /// The run that `idempotency` stands for, if it does. One read.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn recall(
        &self,
        workspace: &WorkspaceId,
        trigger: &TriggerId,
        idempotency: &Idempotency,
        now: Timestamp,
    ) -> Result<Option<RunId>, Error> {
        let key = idempotency.item_key(workspace, trigger);
        let Some(stored) = self.get(&self.tables.runs, key).await? else { return Ok(None) };
        let stored = Reader::new(&stored, "idempotency key");
        let is_forgotten = stored.number("expires_at")? <= now.as_secs();
        if is_forgotten { Ok(None) } else { stored.parse("run").map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{Database, Fault, at, queued};

    const DAY_S: u64 = 24 * 60 * 60;

    fn key(key: &str, body: &str) -> Idempotency {
        Idempotency::Key { key: key.to_owned(), body: ContentHash::of(body.as_bytes()) }
    }

    fn delivery(provider: &str, id: &str) -> Idempotency {
        Idempotency::Delivery { provider: provider.to_owned(), id: id.to_owned() }
    }

    #[tokio::test]
    async fn a_key_stands_for_its_first_run_for_a_day() {
        let database = Database::start().await;
        let (first, second) = (queued(), queued());
        let cases = [
            ("the first use", "key", first.id, "a", 0, Remembered::New),
            ("the same call again", "key", first.id, "a", 0, Remembered::New),
            ("a repeat", "key", second.id, "a", 60, Remembered::Same(first.id)),
            ("another body", "key", second.id, "b", 60, Remembered::OtherBody(first.id)),
            ("another key", "yek", second.id, "b", 60, Remembered::New),
            ("before it expires", "key", second.id, "a", DAY_S - 1, Remembered::Same(first.id)),
            ("when it has expired", "key", second.id, "b", DAY_S, Remembered::New),
        ];
        for (name, text, run, body, seconds, expected) in cases {
            let (workspace, trigger) = (&first.workspace, &first.trigger);
            let key = key(text, body);
            let remembered = database.store.remember(workspace, trigger, &key, run, at(seconds));
            assert_eq!(remembered.await.unwrap(), expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_delivery_stands_for_its_first_run_for_a_month() {
        let database = Database::start().await;
        let (first, second) = (queued(), queued());
        let cases = [
            ("the first", "github", "1", first.id, 0, Remembered::New),
            ("a repeat", "github", "1", second.id, 8 * DAY_S, Remembered::Same(first.id)),
            ("another", "github", "2", second.id, 0, Remembered::New),
            ("another provider's", "gitlab", "1", second.id, 0, Remembered::New),
            ("much later", "github", "1", second.id, 30 * DAY_S, Remembered::New),
        ];
        for (name, provider, id, run, seconds, expected) in cases {
            let (workspace, trigger) = (&first.workspace, &first.trigger);
            let delivery = delivery(provider, id);
            let remembered =
                database.store.remember(workspace, trigger, &delivery, run, at(seconds));
            assert_eq!(remembered.await.unwrap(), expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_delivery_is_recalled_as_long_as_it_is_remembered() {
        let database = Database::start().await;
        let run = queued();
        let (workspace, trigger) = (&run.workspace, &run.trigger);
        let known = delivery("github", "1");
        database.store.remember(workspace, trigger, &known, run.id, at(0)).await.unwrap();
        for (delivery, seconds, expected) in [
            (&known, 60, Some(run.id)),
            (&known, 30 * DAY_S, None),
            (&delivery("github", "2"), 60, None),
        ] {
            let recalled = database.store.recall(workspace, trigger, delivery, at(seconds)).await;
            assert_eq!(recalled.unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn keys_of_other_triggers_and_workspaces_are_other_keys() {
        let database = Database::start().await;
        for idempotency in [key("k", ""), delivery("p", "k"), Idempotency::Redrive(queued().id)] {
            for (workspace, trigger) in [("a", "b"), ("a", "c"), ("b", "b"), ("a_b", "b")] {
                let (workspace, trigger) = (workspace.parse().unwrap(), trigger.parse().unwrap());
                let id = queued().id;
                let remembered =
                    database.store.remember(&workspace, &trigger, &idempotency, id, at(0));
                assert_eq!(remembered.await.unwrap(), Remembered::New);
            }
        }
    }

    #[tokio::test]
    async fn a_lost_answer_to_the_first_use_is_recognised() {
        let database = Database::start().await;
        let run = queued();
        database.wire.meet(Fault::LoseAnswer);
        let (workspace, trigger) = (&run.workspace, &run.trigger);
        let remembered =
            database.store.remember(workspace, trigger, &key("key", ""), run.id, at(0)).await;
        assert_eq!(remembered.unwrap(), Remembered::New);
        assert_eq!(database.wire.operations(), ["PutItem", "PutItem"]);
    }
}
