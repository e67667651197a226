//! The start of a run: its header and its input.

use futures::future::try_join_all;
use serde_json::Value;

use super::{
    Error,
    client::{ABSENT, Condition, Store, Write},
    codec,
    header::{self, Nonce},
    item::{self, Item, Reader, binary},
    journal::{Packed, sort_key},
};
use crate::{
    auth,
    model::{JournalEntry, Run, RunId},
};

/// What became of a new run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insert {
    /// It is stored. If it is `Running`, the caller holds it.
    Done,
    /// A run of this id was stored by somebody else, and nothing was written. The caller holds nothing.
    Exists,
}

pub(super) fn nonce() -> Result<Nonce, Error> {
    auth::random().map_err(Error::internal)
}

impl Store {
    /// Stores a new run: `Queued` with epoch 0, or `Running` with epoch 1 and a lease when the
    /// caller executes it in place. One put while the input is small.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for an input that cannot be stored; see [`Error`] for the others. After
    /// [`Error::Unavailable`] the run may be there.
    pub async fn insert(&self, run: &Run, input: &Value) -> Result<Insert, Error> {
        self.insert_all(run, input, None).await
    }

    /// Stores a new run that has ended already, with the one entry of its journal. One put while
    /// both are small.
    ///
    /// # Errors
    /// As [`Store::insert`].
    pub async fn insert_ended(
        &self,
        run: &Run,
        input: &Value,
        entry: &JournalEntry,
    ) -> Result<Insert, Error> {
        self.insert_all(run, input, Some(entry)).await
    }

    async fn insert_all(
        &self,
        run: &Run,
        input: &Value,
        entry: Option<&JournalEntry>,
    ) -> Result<Insert, Error> {
        let born = nonce()?;
        let room = header::room(run);
        let mut header = header::write(run);
        header::set_nonce(&mut header, "born", born);
        let mut others = Vec::new();
        let input = Packed::of_input(input)?;
        match input.whole_within(room.input_bytes) {
            Some(small) => drop(header.insert("input".to_owned(), binary(small))),
            None => others.push((0, input)),
        }
        if let Some(entry) = entry {
            let entry = Packed::of(entry)?;
            match entry.whole_within(room.last_bytes) {
                Some(small) => drop(header.insert("last".to_owned(), binary(small))),
                None => others.push((1, entry)),
            }
        }
        if others.is_empty() {
            let absent = Condition { expression: ABSENT, values: Vec::new() };
            return Ok(match self.put(&self.tables.runs, header, absent).await? {
                Write::Done(_) => Insert::Done,
                Write::Refused(stored) => recognise(run, born, stored.as_ref()),
            });
        }
        let puts = others.iter().map(|(seq, packed)| self.put_payload(run, *seq, packed));
        try_join_all(puts).await?;
        let mut writes = vec![self.put_new(header)?];
        for (seq, packed) in &others {
            writes.push(self.put_new(packed.item(run, *seq))?);
        }
        if self.transact(writes).await? {
            return Ok(Insert::Done);
        }
        let stored = self.get(&self.tables.runs, header::key(run.id)).await?;
        Ok(recognise(run, born, stored.as_ref()))
    }

    /// The input of a run.
    ///
    /// # Errors
    /// See [`Error`]. `None` when there is no such run.
    pub async fn input(&self, id: RunId) -> Result<Option<Value>, Error> {
        let Some(header) = self.get(&self.tables.runs, header::key(id)).await? else {
            return Ok(None);
        };
        if let Some(input) = Reader::new(&header, "input").optional_binary("input") {
            return codec::decode(input, "input").map(Some);
        }
        let key = item::key(header::partition(id), sort_key(0));
        let entry = self.get(&self.tables.runs, key).await?;
        let entry = entry.ok_or(Error::Corrupt { what: "input" })?;
        self.whole_input(id, &entry).await.map(Some)
    }
}

/// Whether a stored header is the one that we just wrote and got no answer for. A worker may have
/// claimed it since; that harms only a caller who means to hold it.
fn recognise(run: &Run, born: Nonce, stored: Option<&Item>) -> Insert {
    let ours = stored.is_some_and(|item| {
        let stored = Reader::new(item, "run");
        stored.optional_binary("born") == Some(&born)
            && (run.epoch == 0 || stored.optional_number("epoch") == Some(u64::from(run.epoch)))
    });
    if ours { Insert::Done } else { Insert::Exists }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::fixture::{Database, Fault, at, held, noise, queued, taken};

    #[tokio::test]
    async fn a_start_with_a_small_input_is_one_put() {
        let database = Database::start().await;
        let run = queued();
        let input = json!({"message": "start the task"});
        assert_eq!(database.store.insert(&run, &input).await.unwrap(), Insert::Done);
        assert_eq!(database.wire.operations(), ["PutItem"]);
        assert_eq!(database.store.look(run.id).await.unwrap(), Some(run.clone()));
        assert_eq!(database.store.input(run.id).await.unwrap(), Some(input));
    }

    #[tokio::test]
    async fn inputs_of_every_size_read_back() {
        let database = Database::start().await;
        for (length, operations) in [
            (10, vec!["PutItem"]),
            (1000, vec!["TransactWriteItems"]),
            (300_000, vec!["TransactWriteItems"]),
            (4_500_000, vec!["PutObject", "TransactWriteItems"]),
        ] {
            let run = queued();
            let input = json!({"message": noise(length)});
            assert_eq!(database.store.insert(&run, &input).await.unwrap(), Insert::Done);
            assert_eq!(database.wire.operations(), operations);
            let claimed = taken(database.store.claim(run.id, at(0), at(75)).await.unwrap());
            assert!(claimed.input == input, "{length}");
            assert_eq!((claimed.journal.len(), claimed.next_seq), (0, 1));
            assert!(database.store.input(run.id).await.unwrap() == Some(input));
            database.wire.operations();
        }
    }

    #[tokio::test]
    async fn a_lost_answer_to_an_insert_is_recognised() {
        let database = Database::start().await;
        for run in [queued(), held()] {
            for length in [10, 1000] {
                let run = Run { id: queued().id, ..run.clone() };
                database.wire.meet(Fault::LoseAnswer);
                let input = json!(noise(length));
                assert_eq!(database.store.insert(&run, &input).await.unwrap(), Insert::Done);
                assert_eq!(database.wire.operations().len(), 2);
            }
        }
    }

    #[tokio::test]
    async fn another_insert_of_the_same_run_is_told_so() {
        let database = Database::start().await;
        for length in [10, 1000] {
            let (run, input) = (held(), json!(noise(length)));
            assert_eq!(database.store.insert(&run, &input).await.unwrap(), Insert::Done);
            assert_eq!(database.store.insert(&run, &input).await.unwrap(), Insert::Exists);
        }
    }

    #[test]
    fn a_waiting_call_whose_run_was_claimed_meanwhile_holds_nothing() {
        let stored = |run: &Run| {
            let mut item = header::write(run);
            header::set_nonce(&mut item, "born", [1; 8]);
            item
        };
        let claimed = stored(&Run { epoch: 2, ..held() });
        assert_eq!(recognise(&held(), [1; 8], Some(&claimed)), Insert::Exists);
        assert_eq!(recognise(&queued(), [1; 8], Some(&claimed)), Insert::Done);
        assert_eq!(recognise(&queued(), [2; 8], Some(&claimed)), Insert::Exists);
    }

    #[tokio::test]
    async fn an_input_that_could_not_be_read_back_is_refused() {
        let database = Database::start().await;
        let deep = (0..128).fold(Value::Null, |inner, _| json!([inner]));
        let refused = database.store.insert(&queued(), &deep).await;
        assert!(matches!(refused, Err(Error::TooLarge { what: "input" })));
        assert!(database.wire.operations().is_empty());
    }

    #[tokio::test]
    async fn a_run_that_is_not_there_has_no_input() {
        let database = Database::start().await;
        assert_eq!(database.store.input(queued().id).await.unwrap(), None);
    }
}
