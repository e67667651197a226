//! A run's journal: entries that are written once, each under its own number.
//!
//! An entry is one item. Where it is too large for one, its bulk stands in chunk items that are
//! written before the entry that names them; their keys hold the bulk's hash, so that two writers
//! of one entry never mix theirs. The log lines stay in the entry whenever they fit, so that
//! reading a log never reads results.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    Error,
    client::{ABSENT, Condition, Store, Write},
    codec, header,
    item::{self, Item, Reader, binary, number},
};
use crate::model::{ContentHash, JournalEntry, Run, RunId};

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
    /// All of the entry, or its log lines where the rest is in `bulk`.
    pub(super) inline: Option<Vec<u8>>,
    /// What does not fit into the item.
    pub(super) bulk: Option<Vec<u8>>,
}

impl Packed {
    pub(super) fn of(entry: &JournalEntry) -> Result<Self, Error> {
        let whole = codec::encode(entry, "journal entry")?;
        if whole.len() <= MAX_INLINE_BYTES {
            return Ok(Self { inline: Some(whole), bulk: None });
        }
        let logs = JournalEntry { logs: entry.logs.clone(), ..JournalEntry::default() };
        let logs = codec::encode(&logs, "journal entry")?;
        if logs.len() > MAX_INLINE_BYTES {
            return Ok(Self { inline: None, bulk: Some(whole) });
        }
        let rest = JournalEntry {
            outcomes: entry.outcomes.clone(),
            logs: Vec::new(),
            end: entry.end.clone(),
        };
        let rest = codec::encode(&rest, "journal entry")?;
        Ok(Self { inline: Some(logs), bulk: Some(rest) })
    }

    pub(super) fn of_input(input: &serde_json::Value) -> Result<Self, Error> {
        let whole = codec::encode(input, "input")?;
        Ok(if whole.len() <= MAX_INLINE_BYTES {
            Self { inline: Some(whole), bulk: None }
        } else {
            Self { inline: None, bulk: Some(whole) }
        })
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
        if let Some(bulk) = &self.bulk {
            set("bulk", item::text(ContentHash::of(bulk).as_str()));
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
        self.put_bulk(run, seq, &packed).await?;
        let item = packed.item(run, seq);
        let absent = Condition { expression: ABSENT, values: Vec::new() };
        Ok(match self.put(&self.tables.runs, item.clone(), absent).await? {
            Write::Done(_) => Append::Done,
            // Ours, when an answer was lost on the way.
            Write::Refused(Some(stored)) if stored == item => Append::Done,
            Write::Refused(_) => Append::Lost,
        })
    }

    /// All of an entry, its bulk included.
    pub(super) async fn whole_entry(&self, id: RunId, item: &Item) -> Result<JournalEntry, Error> {
        let reader = Reader::new(item, "journal entry");
        let mut entry = inline_entry(reader)?.unwrap_or_default();
        if let Some(hash) = reader.optional_text("bulk") {
            let bulk = self.bulk(id, seq(reader)?, hash, "journal entry").await?;
            let rest: JournalEntry = codec::decode(&bulk, "journal entry")?;
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
        match (reader.optional_binary("data"), reader.optional_text("bulk")) {
            (Some(data), _) => codec::decode(data, "input"),
            (None, Some(hash)) => codec::decode(&self.bulk(id, 0, hash, "input").await?, "input"),
            (None, None) => Err(reader.corrupt()),
        }
    }
}
