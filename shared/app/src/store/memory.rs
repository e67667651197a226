//! What a run remembers, read by who has just taken it: its input and its journal.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{
    Error,
    client::Store,
    codec, header,
    item::{Item, Reader, text},
    journal,
};
use crate::model::{JournalEntry, Run, RunId};

/// A run in its caller's hands, with all that is needed to go on with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// Its header, under the epoch of this claim.
    pub run: Run,
    /// Its input.
    pub input: Value,
    /// What it remembers, in order.
    pub journal: Vec<JournalEntry>,
    /// The number of the next append.
    pub next_seq: u64,
}

/// Payloads of one journal that are read at the same time. They take some 5 MB each, unpacked more.
const READS_AT_ONCE: usize = 4;

impl Store {
    /// All that a run remembers whose header was just taken.
    pub(super) async fn read_whole(&self, header: &Item, run: Run) -> Result<Claimed, Error> {
        let inline = Reader::new(header, "input").optional_binary("input");
        let mut input = inline.map(|stored| codec::decode(stored, "input")).transpose()?;
        let (mut journal, mut next_seq) = (Vec::new(), 1);
        // Before its first claim nobody wrote to a run's journal but its input.
        if run.epoch > 1 || input.is_none() {
            let mut entries = Vec::new();
            for item in self.journal_items(run.id).await? {
                let seq = journal::seq(Reader::new(&item, "journal entry"))?;
                if seq == 0 {
                    input = Some(self.whole_input(run.id, &item).await?);
                } else {
                    entries.push(item);
                    next_seq = seq + 1;
                }
            }
            let read = |item: Item| async move { self.whole_entry(run.id, &item).await };
            journal = stream::iter(entries).map(read).buffered(READS_AT_ONCE).try_collect().await?;
        }
        let input = input.ok_or(Error::Corrupt { what: "input" })?;
        Ok(Claimed { run, input, journal, next_seq })
    }

    /// A journal as far as its items can be read, and the number of its next append.
    pub(super) async fn read_logs(&self, id: RunId) -> Result<(Vec<JournalEntry>, u64), Error> {
        let (mut journal, mut next_seq) = (Vec::new(), 1);
        for item in self.journal_items(id).await? {
            let reader = Reader::new(&item, "journal entry");
            let seq = journal::seq(reader)?;
            if seq > 0 {
                journal.extend(journal::inline_entry(reader).ok().flatten());
                next_seq = seq + 1;
            }
        }
        Ok((journal, next_seq))
    }

    async fn journal_items(&self, id: RunId) -> Result<Vec<Item>, Error> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.runs)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :journal)")
            .expression_attribute_values(":pk", text(header::partition(id)))
            .expression_attribute_values(":journal", text("J#"));
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let page = Box::pin(query.clone().set_exclusive_start_key(start).send()).await?;
            items.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::store::{
        Append, Claim,
        fixture::{Database, at, entry, held, noise, taken},
    };

    #[tokio::test]
    async fn a_run_is_taken_over_with_its_journal_when_its_lease_ends() {
        let database = Database::start().await;
        let run = held();
        let input = json!(noise(1000));
        database.store.insert(&run, &input).await.unwrap();
        let entries = [entry("first", 1..=2), entry(&noise(700_000), 3..=3), entry("third", 4..=4)];
        for (seq, entry) in (1..).zip(&entries) {
            let appended = database.store.append(&run, seq, entry).await.unwrap();
            assert_eq!(appended, Append::Done);
        }
        let early = database.store.claim(run.id, at(74), at(149)).await.unwrap();
        assert!(matches!(early, Claim::Held { until, .. } if until == at(75)));
        let claimed = taken(database.store.claim(run.id, at(75), at(150)).await.unwrap());
        assert_eq!((claimed.run.epoch, claimed.next_seq), (2, 5));
        assert!(claimed.input == input && claimed.journal == entries);
    }

    #[tokio::test]
    async fn a_long_journal_is_read_page_by_page() {
        let database = Database::start().await;
        let run = held();
        database.store.insert(&run, &json!({})).await.unwrap();
        for seq in 1..=5 {
            let entry = entry(&noise(350_000), seq..=seq);
            database.store.append(&run, seq, &entry).await.unwrap();
        }
        database.store.hand_over(&run).await.unwrap();
        database.wire.operations();
        let claimed = taken(database.store.claim(run.id, at(75), at(150)).await.unwrap());
        assert_eq!(database.wire.operations(), ["UpdateItem", "Query", "Query"]);
        let lines: Vec<_> = claimed.journal.iter().map(|entry| entry.logs[0].seq).collect();
        assert_eq!((lines, claimed.next_seq), (vec![1, 2, 3, 4, 5], 6));
    }
}
