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
