//! The end of a run: exactly once.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::{
    Error,
    client::{Condition, Store, Write, names, values},
    header,
    item::{Item, Reader, binary, number, text, time},
    journal::Packed,
};
use crate::model::{Event, JournalEntry, Run, Status, ThreadContext, Timestamp, next};

/// What became of a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The run ended as the caller says.
    Done,
    /// Somebody else holds the run, or ended it. Nothing was written.
    Lost,
}

/// The caller's claim is the latest, and the run is as the caller saw it.
const UNCHANGED: &str = "#epoch = :epoch AND #status = :was";

impl Store {
    /// Ends a run with its last `entry`, which holds the end and is number `seq` if it needs an
    /// item of its own; a small one rides in the header. `run.status` is what the caller saw.
    /// The run's thread holds `context` then, if the run ends so and belongs to one.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for an entry that cannot be stored: end the run with a smaller one. An
    /// `event` that cannot happen to such a run is [`Error::Internal`]. After
    /// [`Error::Unavailable`], the same call with the same `ended_at` is safe.
    pub async fn finish(
        &self,
        run: &Run,
        seq: u64,
        entry: &JournalEntry,
        event: Event,
        ended_at: Timestamp,
        context: Option<&ThreadContext>,
    ) -> Result<Finish, Error> {
        let status = next(run.status, event).map_err(Error::internal)?;
        let packed = Packed::of(entry)?;
        let small = packed.whole_within(header::room(run).last_bytes);
        let small = small.as_ref();
        let unchanged = unchanged(run, status, ended_at, small);
        let update = if small.is_some() {
            "SET #status = :status, #ended_at = :ended, #last = :last REMOVE #wake_at, #listens"
        } else {
            "SET #status = :status, #ended_at = :ended REMOVE #wake_at, #listens"
        };
        let mut others = Vec::new();
        if let (Some(context), Some(thread)) = (context, &run.thread) {
            others.push(self.put_thread_context(&run.workspace, thread, context, ended_at)?);
        }
        let stored = if small.is_some() && others.is_empty() {
            match self.update(&self.tables.runs, header::key(run.id), update, unchanged).await? {
                Write::Done(_) => return Ok(Finish::Done),
                Write::Refused(stored) => stored,
            }
        } else {
            if small.is_none() {
                self.put_payload(run, seq, &packed).await?;
                others.push(self.put_new(packed.item(run, seq))?);
            }
            others.push(self.update_header(run, update, unchanged)?);
            if self.transact(others).await? {
                return Ok(Finish::Done);
            }
            self.get(&self.tables.runs, header::key(run.id)).await?
        };
        let ours = match &stored {
            Some(header) => is_ours(header, run, status, ended_at, small)?,
            None => false,
        };
        Ok(if ours { Finish::Done } else { Finish::Lost })
    }

    /// A conditional update of a run's header, as a part of a transaction.
    pub(super) fn update_header(
        &self,
        run: &Run,
        update: &str,
        condition: Condition,
    ) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.tables.runs)
            .set_key(Some(header::key(run.id)))
            .update_expression(update)
            .condition_expression(condition.expression)
            .set_expression_attribute_names(names(&[update, condition.expression]))
            .set_expression_attribute_values(values(condition.values))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

fn unchanged(run: &Run, status: Status, ended_at: Timestamp, last: Option<&Vec<u8>>) -> Condition {
    let mut values = vec![
        (":epoch", number(run.epoch)),
        (":was", text(run.status.as_str())),
        (":status", text(status.as_str())),
        (":ended", time(ended_at)),
    ];
    values.extend(last.map(|last| (":last", binary(last.clone()))));
    Condition { expression: UNCHANGED, values }
}

/// Whether a stored header is the one that we just wrote and got no answer for.
fn is_ours(
    header: &Item,
    run: &Run,
    status: Status,
    ended_at: Timestamp,
    last: Option<&Vec<u8>>,
) -> Result<bool, Error> {
    let stored = header::read(header)?;
    let stored_last = Reader::new(header, "run").optional_binary("last");
    Ok((stored.epoch, stored.status, stored.ended_at) == (run.epoch, status, Some(ended_at))
        && stored_last == last.map(Vec::as_slice))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::Event::{Cancel, Complete, Fail, Sleep, TimeOut},
        store::{
            ErrorKind,
            fixture::{Database, Fault, at, end, noise, queued, taken},
        },
    };

    #[tokio::test]
    async fn a_run_ends_with_one_write_of_a_size_that_fits_its_result() {
        let database = Database::start().await;
        for (length, operations) in [
            (10, vec!["UpdateItem"]),
            (1000, vec!["TransactWriteItems"]),
            (6_000_000, vec!["PutObject", "TransactWriteItems"]),
        ] {
            let run = database.claimed().await;
            let entry = end(json!(noise(length)));
            database.wire.operations();
            let finished =
                database.store.finish(&run, 1, &entry, Complete, at(3), None).await.unwrap();
            assert_eq!(finished, Finish::Done);
            assert_eq!(database.wire.operations(), operations);
            let view = database.store.view(run.id).await.unwrap().unwrap();
            assert_eq!((view.run.status, view.run.ended_at), (Status::Completed, Some(at(3))));
            assert!(view.recent == [entry], "{length}");
        }
    }

    #[tokio::test]
    async fn a_run_ends_once() {
        let database = Database::start().await;
        for length in [10, 1000] {
            let run = database.claimed().await;
            let entry = end(json!(noise(length)));
            let finish =
                |event, seconds| database.store.finish(&run, 1, &entry, event, at(seconds), None);
            let (first, second) = tokio::join!(finish(Complete, 3), finish(Fail, 4));
            let outcomes = [first.unwrap(), second.unwrap()];
            assert!(outcomes.contains(&Finish::Done) && outcomes.contains(&Finish::Lost));
        }
    }

    #[tokio::test]
    async fn a_lost_answer_to_a_completion_is_recognised() {
        let database = Database::start().await;
        for length in [10, 1000] {
            let run = database.claimed().await;
            let entry = end(json!(noise(length)));
            database.wire.meet(Fault::LoseAnswer);
            for ended_in in [3, 3, 4] {
                let ended_at = at(ended_in);
                let finished =
                    database.store.finish(&run, 1, &entry, Complete, ended_at, None).await;
                let expected = if ended_in == 3 { Finish::Done } else { Finish::Lost };
                assert_eq!(finished.unwrap(), expected);
            }
        }
    }

    #[tokio::test]
    async fn who_lost_a_run_does_not_end_it() {
        let database = Database::start().await;
        for length in [10, 1000] {
            let late = database.claimed().await;
            let run = taken(database.store.claim(late.id, at(75), at(150)).await.unwrap()).run;
            let entry = end(json!(noise(length)));
            let finished =
                database.store.finish(&late, 1, &entry, Complete, at(3), None).await.unwrap();
            assert_eq!(finished, Finish::Lost);
            assert_eq!(database.store.look(run.id).await.unwrap(), Some(run));
        }
    }

    #[tokio::test]
    async fn a_number_that_is_taken_keeps_the_run_from_ending() {
        let database = Database::start().await;
        let run = database.claimed().await;
        database.store.append(&run, 1, &end(json!(1))).await.unwrap();
        let entry = end(json!(noise(1000)));
        let finished = database.store.finish(&run, 1, &entry, Complete, at(3), None).await.unwrap();
        assert_eq!(finished, Finish::Lost);
        assert_eq!(database.store.look(run.id).await.unwrap(), Some(run));
    }

    #[tokio::test]
    async fn a_run_that_nobody_holds_can_be_ended_as_it_was_seen() {
        let database = Database::start().await;
        for (event, status) in
            [(Fail, Status::Failed), (Cancel, Status::Cancelled), (TimeOut, Status::TimedOut)]
        {
            let run = queued();
            database.store.insert(&run, &json!({})).await.unwrap();
            let entry = JournalEntry::default();
            let finished =
                database.store.finish(&run, 1, &entry, event, at(3), None).await.unwrap();
            assert_eq!(finished, Finish::Done);
            assert_eq!(database.store.look(run.id).await.unwrap().unwrap().status, status);
        }
    }

    #[tokio::test]
    async fn an_event_that_is_no_end_writes_nothing() {
        let database = Database::start().await;
        let run = queued();
        let refused = database.store.finish(&run, 1, &end(json!(1)), Sleep, at(3), None).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Internal);
        assert!(database.wire.operations().is_empty());
    }

    #[tokio::test]
    async fn a_header_stays_under_one_kilobyte_to_its_end() {
        let database = Database::start().await;
        let run = queued();
        database.store.insert(&run, &json!(noise(280))).await.unwrap();
        let run = taken(database.store.claim(run.id, at(0), at(75)).await.unwrap()).run;
        database
            .store
            .finish(&run, 1, &end(json!(noise(320))), Complete, at(3), None)
            .await
            .unwrap();
        let header = database.item(header::key(run.id)).await.unwrap();
        assert!(header.contains_key("input") && header.contains_key("last"));
        assert!(crate::store::item::size_bytes(&header) < 1024);
    }
}
