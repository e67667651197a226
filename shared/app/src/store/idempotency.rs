//! Idempotency keys: which run a caller's key started.

use super::{
    Error,
    client::{Condition, Store, Write},
    item::{self, MAIN, Reader, number, text},
};
use crate::model::{
    ContentHash, RunId, Timestamp, TriggerId, WorkspaceId, limits::IDEMPOTENCY_MEMORY,
};

/// Whether a key was seen before.
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

impl Store {
    /// Remembers for a day that `key` started `run` with the body of `body_hash`, unless it started
    /// another one. The key itself is not stored. First of all a start does this: a key whose run
    /// is not there belongs to a start that was cut off, to be done again under that run's id.
    ///
    /// # Errors
    /// See [`Error`]; a retry with the same `run` is safe.
    pub async fn remember(
        &self,
        workspace: &WorkspaceId,
        trigger: &TriggerId,
        key: &str,
        run: RunId,
        body_hash: &ContentHash,
        now: Timestamp,
    ) -> Result<Remembered, Error> {
        let hashed_key = ContentHash::of(key.as_bytes());
        let mut item = item::key(format!("IDEM#{workspace}#{trigger}#{hashed_key}"), MAIN);
        item.insert("run".to_owned(), text(run.to_string()));
        item.insert("body".to_owned(), text(body_hash.as_str()));
        let expires_at = now.after(IDEMPOTENCY_MEMORY).as_secs();
        item.insert("expires_at".to_owned(), number(expires_at));
        // DynamoDB deletes what expired days later.
        let free = Condition { expression: FREE, values: vec![(":now", number(now.as_secs()))] };
        let stored = match self.put(&self.tables.runs, item, free).await? {
            Write::Done(_) | Write::Refused(None) => return Ok(Remembered::New),
            Write::Refused(Some(stored)) => stored,
        };
        let stored = Reader::new(&stored, "idempotency key");
        let older: RunId = stored.parse("run")?;
        Ok(if stored.text("body")? != body_hash.as_str() {
            Remembered::OtherBody(older)
        } else if older == run {
            // Ours, when an answer was lost on the way.
            Remembered::New
        } else {
            Remembered::Same(older)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{Database, Fault, at, queued};

    #[tokio::test]
    async fn a_key_stands_for_its_first_run_for_a_day() {
        let database = Database::start().await;
        let (first, second) = (queued(), queued());
        let body = |text: &str| ContentHash::of(text.as_bytes());
        let day = 24 * 60 * 60;
        let cases = [
            ("the first use", "key", first.id, "a", 0, Remembered::New),
            ("the same call again", "key", first.id, "a", 0, Remembered::New),
            ("a repeat", "key", second.id, "a", 60, Remembered::Same(first.id)),
            ("another body", "key", second.id, "b", 60, Remembered::OtherBody(first.id)),
            ("another key", "yek", second.id, "b", 60, Remembered::New),
            (
                "a second before it expires",
                "key",
                second.id,
                "a",
                day - 1,
                Remembered::Same(first.id),
            ),
            ("when it has expired", "key", second.id, "b", day, Remembered::New),
        ];
        for (name, key, run, text, seconds, expected) in cases {
            let (workspace, trigger) = (&first.workspace, &first.trigger);
            let (body, now) = (body(text), at(seconds));
            let remembered = database.store.remember(workspace, trigger, key, run, &body, now);
            assert_eq!(remembered.await.unwrap(), expected, "{name}");
        }
    }

    #[tokio::test]
    async fn keys_of_other_triggers_and_workspaces_are_other_keys() {
        let database = Database::start().await;
        let body = ContentHash::of(b"");
        for (workspace, trigger) in [("a", "b"), ("a", "c"), ("b", "b"), ("a_b", "b")] {
            let (workspace, trigger) = (workspace.parse().unwrap(), trigger.parse().unwrap());
            let id = queued().id;
            let remembered = database.store.remember(&workspace, &trigger, "k", id, &body, at(0));
            assert_eq!(remembered.await.unwrap(), Remembered::New);
        }
    }

    #[tokio::test]
    async fn a_lost_answer_to_the_first_use_is_recognised() {
        let database = Database::start().await;
        let run = queued();
        let body = ContentHash::of(b"");
        database.wire.meet(Fault::LoseAnswer);
        let (workspace, trigger) = (&run.workspace, &run.trigger);
        let remembered =
            database.store.remember(workspace, trigger, "key", run.id, &body, at(0)).await;
        assert_eq!(remembered.unwrap(), Remembered::New);
        assert_eq!(database.wire.operations(), ["PutItem", "PutItem"]);
    }
}
