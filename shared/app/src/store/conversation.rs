//! What the runs of a thread share, in an item of its own: the line of who waits is written much more often. It is
//! written with the end of a run and not otherwise, so that a run changes all of it or nothing.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::{
    Error,
    client::{Condition, Store},
    codec,
    item::{self, Item, Reader, binary, number},
};
use crate::model::{ThreadContext, ThreadId, Timestamp, WorkspaceId, limits::RUN_RETENTION};

const WHAT: &str = "context of a thread";

fn key(workspace: &WorkspaceId, thread: &ThreadId) -> Item {
    item::key(format!("THREAD#{workspace}#{thread}"), "CONTEXT")
}

impl Store {
    /// What a thread holds; nothing yet, or no more, where it is not there. One read, and where half of its life is
    /// over one write, which prolongs it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn thread_context(
        &self,
        workspace: &WorkspaceId,
        thread: &ThreadId,
        now: Timestamp,
    ) -> Result<ThreadContext, Error> {
        let key = key(workspace, thread);
        let Some(item) = self.get(&self.tables.runs, key.clone()).await? else {
            return Ok(ThreadContext::default());
        };
        let stored = Reader::new(&item, WHAT);
        let expires_at_s = stored.number("expires_at")?;
        // DynamoDB may take days to delete it.
        if expires_at_s <= now.as_secs() {
            return Ok(ThreadContext::default());
        }
        if expires_at_s < now.after(RUN_RETENTION / 2).as_secs() {
            let there = Condition {
                expression: "attribute_exists(#context)",
                values: vec![(":expires_at", number(now.after(RUN_RETENTION).as_secs()))],
            };
            self.update(&self.tables.runs, key, "SET #expires_at = :expires_at", there).await?;
        }
        let context = stored.optional_binary("context").ok_or_else(|| stored.corrupt())?;
        codec::decode(context, WHAT)
    }

    /// The part of a run's end that makes the thread hold `context`.
    pub(super) fn put_thread_context(
        &self,
        workspace: &WorkspaceId,
        thread: &ThreadId,
        context: &ThreadContext,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let mut item = key(workspace, thread);
        item.insert("context".to_owned(), binary(codec::encode(context, WHAT)?));
        item.insert("expires_at".to_owned(), number(now.after(RUN_RETENTION).as_secs()));
        let put = Put::builder().table_name(&self.tables.runs).set_item(Some(item));
        let put = put.build().map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::{
        model::{Event, Run},
        store::{
            Finish,
            fixture::{Database, Fault, at, end, held, noise},
        },
    };

    fn context(note: &str) -> ThreadContext {
        let messages = vec![json!({"role": "user", "content": "hello"})];
        ThreadContext { messages, document: json!({"note": note}) }
    }

    async fn in_thread(database: &Database) -> Run {
        let run = Run { thread: Some("talk".parse().unwrap()), ..held() };
        database.store.insert(&run, &json!({})).await.unwrap();
        run
    }

    #[tokio::test]
    async fn a_thread_holds_what_the_last_run_that_ended_left_there() {
        let database = Database::start().await;
        let thread = "talk".parse().unwrap();
        for (length, kept) in [(10, "a"), (1000, "b")] {
            let run = in_thread(&database).await;
            let read = database.store.thread_context(&run.workspace, &thread, at(0)).await.unwrap();
            assert_ne!(read, context(kept));
            database.wire.operations();
            database.wire.meet(Fault::LoseAnswer);
            let (entry, context) = (end(json!(noise(length))), context(kept));
            let finished =
                database.store.finish(&run, 1, &entry, Event::Complete, at(3), Some(&context));
            assert_eq!(finished.await.unwrap(), Finish::Done);
            assert_eq!(database.wire.operations()[0], "TransactWriteItems");
            let read = database.store.thread_context(&run.workspace, &thread, at(4)).await.unwrap();
            assert_eq!(read, context);
        }
    }

    #[tokio::test]
    async fn who_lost_its_run_leaves_nothing_in_the_thread() {
        let database = Database::start().await;
        let run = in_thread(&database).await;
        database.store.claim(run.id, at(75), at(150)).await.unwrap();
        let (kept, entry) = (context("late"), end(json!(1)));
        let finished = database.store.finish(&run, 1, &entry, Event::Complete, at(80), Some(&kept));
        assert_eq!(finished.await.unwrap(), Finish::Lost);
        let thread = run.thread.unwrap();
        let read = database.store.thread_context(&run.workspace, &thread, at(81)).await.unwrap();
        assert_eq!(read, ThreadContext::default());
    }

    #[tokio::test]
    async fn a_thread_is_kept_for_as_long_as_a_run_after_its_last_use() {
        let database = Database::start().await;
        let run = in_thread(&database).await;
        let (kept, entry) = (context("a"), end(json!(1)));
        let finished = database.store.finish(&run, 1, &entry, Event::Complete, at(0), Some(&kept));
        finished.await.unwrap();
        let thread = run.thread.unwrap();
        let day = Duration::from_hours(24);
        database.wire.operations();
        for (days, is_there, operations) in [
            (14, true, vec!["GetItem"]),
            (16, true, vec!["GetItem", "UpdateItem"]),
            (30, true, vec!["GetItem"]),
            (47, false, vec!["GetItem"]),
        ] {
            let now = at(0).after(day * days);
            let read = database.store.thread_context(&run.workspace, &thread, now).await.unwrap();
            assert_eq!(read == kept, is_there, "{days}");
            assert_eq!(database.wire.operations(), operations, "{days}");
        }
    }
}
