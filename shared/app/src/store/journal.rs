//! A run's journal: entries that are written once, each under its own number.
//!
//! An entry is one item. Where it is too large for one, its bulk is an object in the bucket of
//! payloads that is put there before the item that refers to it. The log lines stay in the item
//! whenever they fit, so that reading a log never reads results.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    Error,
    client::{ABSENT, Condition, Store, Write},
    codec, header,
    item::{self, Item, Reader, binary, number},
    payloads::Reference,
};
use crate::model::{JournalEntry, Run, RunId};

/// Largest compressed part that stands in the entry itself, in bytes: with the rest of the item
/// well under DynamoDB's 400 KB.
const MAX_INLINE_BYTES: usize = 300_000;

/// What became of a conditional write to a run that its caller holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Append {
    /// It is stored.
    Done,
    /// Somebody else holds the run, or it ended. The caller stops at once and writes nothing more.
    Lost,
}

/// An entry as it is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Packed {
    /// All of the entry, or its log lines where the rest is in `payload`.
    pub(super) inline: Option<Vec<u8>>,
    /// What does not fit into the item.
    pub(super) payload: Option<Vec<u8>>,
}

impl Packed {
    pub(super) fn of(entry: &JournalEntry) -> Result<Self, Error> {
        let whole = codec::encode(entry, "journal entry")?;
        if whole.len() <= MAX_INLINE_BYTES {
            return Ok(Self { inline: Some(whole), payload: None });
        }
        let logs = JournalEntry { logs: entry.logs.clone(), ..JournalEntry::default() };
        let logs = codec::encode(&logs, "journal entry")?;
        if logs.len() > MAX_INLINE_BYTES {
            return Ok(Self { inline: None, payload: Some(whole) });
        }
        let rest = JournalEntry {
            outcomes: entry.outcomes.clone(),
            logs: Vec::new(),
            end: entry.end.clone(),
        };
        let rest = codec::encode(&rest, "journal entry")?;
        Ok(Self { inline: Some(logs), payload: Some(rest) })
    }

    pub(super) fn of_input(input: &serde_json::Value) -> Result<Self, Error> {
        let whole = codec::encode(input, "input")?;
        Ok(if whole.len() <= MAX_INLINE_BYTES {
            Self { inline: Some(whole), payload: None }
        } else {
            Self { inline: None, payload: Some(whole) }
        })
    }

    /// All of it, where it is no larger than `bytes`.
    pub(super) fn whole_within(&self, bytes: usize) -> Option<Vec<u8>> {
        match self {
            Self { inline: Some(whole), payload: None } if whole.len() <= bytes => {
                Some(whole.clone())
            }
            _ => None,
        }
    }

    /// The item of this entry. Its owner is the claim under which it was written.
    pub(super) fn item(&self, run: &Run, seq: u64) -> Item {
        let mut item = item::key(header::partition(run.id), sort_key(seq));
        let mut set = |name: &str, value: AttributeValue| item.insert(name.to_owned(), value);
        set("owner", number(run.epoch));
        set("expires_at", header::expires_at(run));
        if let Some(inline) = &self.inline {
            set("data", binary(inline.clone()));
        }
        if let Some(payload) = &self.payload {
            Reference::of(payload).write(&mut item);
        }
        item
    }
}

/// The sort key of an entry. Entry 0 is the input.
pub(super) fn sort_key(seq: u64) -> String {
    format!("J#{seq:010}")
}

/// An entry's number.
pub(super) fn seq(item: Reader<'_>) -> Result<u64, Error> {
    let digits = item.text("sk")?.strip_prefix("J#").ok_or_else(|| item.corrupt())?;
    digits.parse().map_err(|_| item.corrupt())
}

/// An entry as far as its own item holds it, which includes its log lines unless they are many.
pub(super) fn inline_entry(item: Reader<'_>) -> Result<Option<JournalEntry>, Error> {
    item.optional_binary("data").map(|data| codec::decode(data, "journal entry")).transpose()
}

impl Store {
    /// Appends `entry` to the journal of a run that the caller holds, as number `seq` (from 1,
    /// without gaps). The same call again after [`Error::Unavailable`] is [`Append::Done`] when the
    /// first one arrived; another entry under the number is [`Append::Lost`].
    ///
    /// # Errors
    /// [`Error::TooLarge`] for an entry that cannot be stored; see [`Error`] for the others.
    pub async fn append(&self, run: &Run, seq: u64, entry: &JournalEntry) -> Result<Append, Error> {
        let packed = Packed::of(entry)?;
        self.put_payload(run, seq, &packed).await?;
        let item = packed.item(run, seq);
        let absent = Condition { expression: ABSENT, values: Vec::new() };
        Ok(match self.put(&self.tables.runs, item.clone(), absent).await? {
            Write::Done(_) => Append::Done,
            // Ours, when an answer was lost on the way.
            Write::Refused(Some(stored)) if stored == item => Append::Done,
            Write::Refused(_) => Append::Lost,
        })
    }

    /// Puts what does not fit into an entry's item where the item will refer to it. What becomes of
    /// the item decides whether anybody reads it.
    pub(super) async fn put_payload(
        &self,
        run: &Run,
        seq: u64,
        packed: &Packed,
    ) -> Result<(), Error> {
        match &packed.payload {
            Some(payload) => self.payloads.put(run.id, seq, payload.clone()).await,
            None => Ok(()),
        }
    }

    /// All of an entry, its payload included.
    pub(super) async fn whole_entry(&self, id: RunId, item: &Item) -> Result<JournalEntry, Error> {
        let reader = Reader::new(item, "journal entry");
        let mut entry = inline_entry(reader)?.unwrap_or_default();
        if let Some(reference) = Reference::read(reader)? {
            let payload = self.payloads.get(id, seq(reader)?, &reference).await?;
            let rest: JournalEntry = codec::decode(&payload, "journal entry")?;
            entry.outcomes = rest.outcomes;
            entry.end = rest.end;
            entry.logs.extend(rest.logs);
        }
        Ok(entry)
    }

    /// The input in an entry 0.
    pub(super) async fn whole_input(
        &self,
        id: RunId,
        item: &Item,
    ) -> Result<serde_json::Value, Error> {
        let reader = Reader::new(item, "input");
        if let Some(data) = reader.optional_binary("data") {
            return codec::decode(data, "input");
        }
        let reference = Reference::read(reader)?.ok_or_else(|| reader.corrupt())?;
        codec::decode(&self.payloads.get(id, 0, &reference).await?, "input")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::LogEntry,
        store::fixture::{Database, Fault, at, end, entry, held, line, noise, taken},
        store::{Claim, PayloadFault, Unreadable},
    };

    #[tokio::test]
    async fn an_append_is_one_put() {
        let database = Database::start().await;
        let run = database.claimed().await;
        database.wire.operations();
        let appended = database.store.append(&run, 1, &entry("a", 1..=1)).await.unwrap();
        assert_eq!(appended, Append::Done);
        assert_eq!(database.wire.operations(), ["PutItem"]);
    }

    #[tokio::test]
    async fn a_number_is_given_once() {
        let database = Database::start().await;
        let run = database.claimed().await;
        let late = Run { epoch: run.epoch + 1, ..run.clone() };
        let first = entry("first", 1..=1);
        let cases = [
            ("the first entry", &run, first.clone(), Append::Done),
            ("the same call again", &run, first.clone(), Append::Done),
            ("the same entry by another holder", &late, first, Append::Lost),
            ("another entry", &run, entry("second", 1..=1), Append::Lost),
        ];
        for (name, run, entry, expected) in cases {
            let appended = database.store.append(run, 1, &entry).await.unwrap();
            assert_eq!(appended, expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_lost_answer_to_an_append_is_recognised() {
        let database = Database::start().await;
        let run = database.claimed().await;
        for (seq, length) in [(1, 10), (2, 400_000), (3, 1_000_000)] {
            database.wire.meet(Fault::LoseAnswer);
            let entry = entry(&noise(length), seq..=seq);
            assert_eq!(database.store.append(&run, seq, &entry).await.unwrap(), Append::Done);
        }
    }

    #[tokio::test]
    async fn who_loses_a_number_leaves_the_winners_payload_alone() {
        let database = Database::start().await;
        let run = held();
        database.store.insert(&run, &json!({})).await.unwrap();
        let winner = entry(&noise(1_000_000), 1..=1);
        let loser = entry(&noise(1_000_000).to_lowercase(), 1..=1);
        assert_eq!(database.store.append(&run, 1, &winner).await.unwrap(), Append::Done);
        let other = Run { epoch: 2, ..run.clone() };
        assert_eq!(database.store.append(&other, 1, &loser).await.unwrap(), Append::Lost);
        let claimed = taken(database.store.claim(run.id, at(75), at(150)).await.unwrap());
        assert!(claimed.journal == [winner]);
    }

    #[tokio::test]
    async fn every_item_of_a_run_is_deleted_some_day() {
        let database = Database::start().await;
        let run = held();
        database.store.insert(&run, &json!(noise(1_000_000))).await.unwrap();
        database.store.append(&run, 1, &entry("a", 1..=1)).await.unwrap();
        let expiry = number(run.started_at.after(crate::model::limits::RUN_RETENTION).as_secs());
        let sort_keys = database.sort_keys(run.id).await;
        assert_eq!(sort_keys, ["J#0000000000", "J#0000000001", "~"]);
        for sort_key in sort_keys {
            let key = item::key(header::partition(run.id), &sort_key);
            let item = database.item(key).await.unwrap();
            assert_eq!(item["expires_at"], expiry, "{sort_key}");
        }
    }

    #[tokio::test]
    async fn a_payload_that_is_gone_or_damaged_is_told_with_its_place() {
        type Harm = fn(&mut std::collections::BTreeMap<String, Vec<u8>>);
        let harms: [(Harm, _); 4] = [
            (|objects| objects.clear(), PayloadFault::Missing),
            (|objects| objects.values_mut().for_each(|it| it.truncate(9)), PayloadFault::Damaged),
            (|objects| objects.values_mut().for_each(|it| it.push(0)), PayloadFault::Damaged),
            (|objects| objects.values_mut().for_each(|it| it[9] ^= 1), PayloadFault::Damaged),
        ];
        for (harm, expected) in harms {
            let database = Database::start().await;
            let run = held();
            database.store.insert(&run, &json!({})).await.unwrap();
            database.store.append(&run, 1, &entry(&noise(700_000), 1..=1)).await.unwrap();
            database.wire.objects(harm);
            let claim = database.store.claim(run.id, at(75), at(150)).await.unwrap();
            let Claim::Unreadable(unreadable) = claim else { panic!("{claim:?}") };
            let Unreadable { run: held, journal, next_seq, error } = *unreadable;
            assert_eq!((held.epoch, next_seq), (2, 2));
            assert_eq!(journal, [JournalEntry { outcomes: Vec::new(), ..entry("", 1..=1) }]);
            let told = format!("the payload of entry 1 of run {} {expected}", run.id);
            assert_eq!(error.to_string(), told);
        }
    }

    #[test]
    fn log_lines_stay_where_a_log_is_read_as_long_as_they_fit() {
        let few = JournalEntry { end: end(json!(noise(500_000))).end, ..entry("a", 1..=3) };
        let many = JournalEntry { logs: (1..=3).map(wordy).collect(), ..entry("a", 1..=1) };
        let cases = [
            ("all in the entry", entry("a", 1..=3), Some(3), false),
            ("a large end", few, Some(3), true),
            ("many lines", many, None, true),
        ];
        for (name, entry, lines, has_payload) in cases {
            let packed = Packed::of(&entry).unwrap();
            let inline: Option<JournalEntry> =
                packed.inline.map(|data| codec::decode(&data, "journal entry").unwrap());
            assert_eq!(inline.map(|entry| entry.logs.len()), lines, "{name}");
            assert_eq!(packed.payload.is_some(), has_payload, "{name}");
        }
    }

    fn wordy(seq: u64) -> LogEntry {
        let start = 200_000 * usize::try_from(seq).unwrap();
        LogEntry { message: noise(start + 200_000).split_off(start), ..line(seq) }
    }
}
