//! Reading what is new in a run's log, for who follows it.

use super::{
    Error,
    client::Store,
    header,
    item::Reader,
    journal::{inline_entry, seq},
    view::{is_header, last},
};
use crate::model::{JournalEntry, LogEntry, Run, RunId};

/// A part of a run's log that ends with what is stored now, unless there is more of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// Its lines, oldest first.
    pub lines: Vec<LogEntry>,
    /// The number of the entry to go on with.
    pub next_entry: u64,
    /// The run as it stands behind these lines; none where there are more lines.
    pub run: Option<Run>,
}

/// Where in a run's journal a log goes on, and the run as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Bookmark {
    /// The run.
    pub run: Run,
    /// The entry that holds the line, or one before it.
    pub entry: u64,
    /// The last line that is written.
    pub last_line: u64,
}

/// Entries that are read at once: with a large result in each, what a query gives is a megabyte of them.
const TAIL_ITEMS: i32 = 25;

impl Store {
    /// What stands in a run's log from entry `from` to entry `up_to`, which is there, or to its end: one query. Lines
    /// that tell of listeners are no part of it.
    ///
    /// # Errors
    /// See [`Error`]. `None` when there is no such run.
    pub async fn tail(&self, id: RunId, from: u64, up_to: u64) -> Result<Option<Tail>, Error> {
        let wanted = up_to.saturating_sub(from).saturating_add(1);
        let limit = i32::try_from(wanted).unwrap_or(TAIL_ITEMS).clamp(1, TAIL_ITEMS);
        let page = Box::pin(self.entries_from(id, from).limit(limit).send()).await?;
        let mut tail = Tail { lines: Vec::new(), next_entry: from, run: None };
        for item in page.items() {
            if is_header(item) {
                tail.lines.extend(last(item)?.into_iter().flat_map(|entry| entry.logs));
                tail.run = Some(header::read(item)?);
            } else {
                let entry = self.logged(id, item).await?;
                tail.lines.extend(entry.logs);
                tail.next_entry = seq(Reader::new(item, "journal entry"))? + 1;
            }
        }
        let is_cut = page.last_evaluated_key.is_some();
        Ok((tail.run.is_some() || is_cut).then_some(tail))
    }

    /// Where the lines of a run behind line `seen` begin: one query.
    ///
    /// # Errors
    /// See [`Error`]. `None` when there is no such run.
    pub async fn bookmark(&self, id: RunId, seen: u64) -> Result<Option<Bookmark>, Error> {
        let query = self.entries_from(id, 1).scan_index_forward(false);
        let items = Box::pin(query.limit(TAIL_ITEMS).send()).await?.items.unwrap_or_default();
        let mut items = items.iter();
        let Some(header) = items.next().filter(|item| is_header(item)) else { return Ok(None) };
        let run = header::read(header)?;
        let newest = |entry: &JournalEntry| entry.logs.last().map(|line| line.seq);
        let mut last_line = last(header)?.as_ref().and_then(newest).unwrap_or_default();
        for item in items {
            let entry = self.logged(id, item).await?;
            last_line = last_line.max(newest(&entry).unwrap_or_default());
            // Of lines that were seen; those behind them may stand here too.
            if entry.logs.first().is_some_and(|line| line.seq <= seen) {
                let entry = seq(Reader::new(item, "journal entry"))?;
                return Ok(Some(Bookmark { run, entry, last_line }));
            }
        }
        Ok(Some(Bookmark { run, entry: 1, last_line }))
    }

    /// An entry with its log lines, and perhaps without its results.
    async fn logged(&self, id: RunId, item: &super::item::Item) -> Result<JournalEntry, Error> {
        match inline_entry(Reader::new(item, "journal entry"))? {
            Some(entry) => Ok(entry),
            None => self.whole_entry(id, item).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::{Event, JournalEntry},
        store::fixture::{Database, at, end, entry, noise, queued},
    };

    fn seqs(lines: &[LogEntry]) -> Vec<u64> {
        lines.iter().map(|line| line.seq).collect()
    }

    #[tokio::test]
    async fn a_log_is_followed_entry_by_entry_to_its_end() {
        let database = Database::start().await;
        let run = database.claimed().await;
        let nothing = database.store.tail(run.id, 1, u64::MAX).await.unwrap().unwrap();
        assert_eq!((nothing.lines, nothing.next_entry), (Vec::new(), 1));
        for seq in 1..=60 {
            // One whose lines do not fit, too.
            let length = if seq == 7 { 700_000 } else { 10 };
            let lines = seq * 2 - 1..=seq * 2;
            database.store.append(&run, seq, &entry(&noise(length), lines)).await.unwrap();
        }
        let last = JournalEntry { logs: entry("", 121..=121).logs, ..end(json!(1)) };
        database.store.finish(&run, 61, &last, Event::Complete, at(3), None).await.unwrap();
        let (mut found, mut next) = (Vec::new(), 1);
        let ended = loop {
            database.wire.operations();
            let tail = database.store.tail(run.id, next, u64::MAX).await.unwrap().unwrap();
            assert_eq!(database.wire.operations(), ["Query"]);
            found.extend(seqs(&tail.lines));
            next = tail.next_entry;
            if let Some(run) = tail.run {
                break run;
            }
        };
        assert!(ended.status.is_terminal());
        assert_eq!(found, (1..=121).collect::<Vec<u64>>());
        assert_eq!(database.store.tail(queued().id, 1, u64::MAX).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_bookmark_leads_to_the_first_line_that_was_not_seen() {
        let database = Database::start().await;
        let run = database.claimed().await;
        for seq in 1..=40 {
            let lines = seq * 3 - 2..=seq * 3;
            database.store.append(&run, seq, &entry("", lines)).await.unwrap();
        }
        for seen in 0..=120 {
            let bookmark = database.store.bookmark(run.id, seen).await.unwrap().unwrap();
            assert_eq!(bookmark.last_line, 120);
            let (mut found, mut next) = (Vec::new(), bookmark.entry);
            loop {
                let tail = database.store.tail(run.id, next, u64::MAX).await.unwrap().unwrap();
                found.extend(seqs(&tail.lines));
                next = tail.next_entry;
                if tail.run.is_some() {
                    break;
                }
            }
            found.retain(|line| *line > seen);
            assert_eq!(found, (seen + 1..=120).collect::<Vec<u64>>(), "{seen}");
        }
        // Whoever has seen nearly all of it does not read all of it again.
        assert!(database.store.bookmark(run.id, 119).await.unwrap().unwrap().entry >= 39);
        assert_eq!(database.store.bookmark(queued().id, 0).await.unwrap(), None);
    }
}
