//! Reading a run: its header with the newest of its journal, and its whole log.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;

use super::{
    Error,
    client::Store,
    codec, header,
    item::{Item, MAIN, Reader, text},
    journal::{inline_entry, seq, sort_key},
    listeners,
};
use crate::model::{End, JournalEntry, Listening, LogEntry, Run, RunId};

/// A run as its callers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its header.
    pub run: Run,
    /// The newest entries of its journal, newest first: its end, when it ended, and as many log
    /// lines as a status shows. Results of effects may be missing.
    pub recent: Vec<JournalEntry>,
    /// The lines of its log behind its end: how its listeners were told of it. Oldest first.
    pub told: Vec<LogEntry>,
    /// What it listens for.
    pub listening: Option<Listening>,
}

impl View {
    /// How it ended.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        self.recent.iter().find_map(|entry| entry.end.as_ref())
    }
}

/// A part of a run's log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogPage {
    /// Oldest first.
    pub entries: Vec<LogEntry>,
    /// Where the next page starts; absent when this one reaches what is written now.
    pub next: Option<String>,
}

/// Items of one status answer: the header and the newest entries.
const VIEW_ITEMS: i32 = 6;

/// Items that a page of a log reads at once.
const LOG_ITEMS: i32 = 100;

impl Store {
    /// A run with its newest entries: one query, unless the run ended with a result too large for
    /// an item.
    ///
    /// # Errors
    /// See [`Error`]. `None` when there is no such run.
    pub async fn view(&self, id: RunId) -> Result<Option<View>, Error> {
        let query = self.entries_from(id, 1).scan_index_forward(false).limit(VIEW_ITEMS);
        let items = Box::pin(query.send()).await?.items.unwrap_or_default();
        let mut items = items.iter();
        let Some(header) = items.next().filter(|item| is_header(item)) else { return Ok(None) };
        let run = header::read(header)?;
        let told = listeners::told(header)?;
        let mut recent: Vec<JournalEntry> = last(header)?.into_iter().collect();
        let mut end_missing = run.status.is_terminal() && recent.is_empty();
        for item in items {
            let entry = inline_entry(Reader::new(item, "journal entry"))?;
            let entry = match entry {
                Some(entry) if !end_missing || entry.end.is_some() => entry,
                _ => self.whole_entry(id, item).await?,
            };
            end_missing &= entry.end.is_none();
            recent.push(entry);
        }
        let listening = self.listening(&run, &recent).await?;
        Ok(Some(View { run, recent, told, listening }))
    }

    /// The part of a run's log that starts at `cursor`, or at its start: `limit` lines, fewer at
    /// the end of the log.
    ///
    /// # Errors
    /// [`Error::Cursor`] for a cursor that no page named; see [`Error`] for the others.
    pub async fn logs(
        &self,
        id: RunId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<LogPage, Error> {
        let (mut from, seen) = cursor.map_or(Ok((1, 0)), parse)?;
        let mut page = LogPage::default();
        loop {
            let items = Box::pin(self.entries_from(id, from).limit(LOG_ITEMS).send()).await?;
            for item in items.items() {
                let reader = Reader::new(item, "journal entry");
                let lines = if is_header(item) {
                    // The header comes last, and its entry would be the next one.
                    let mut lines = last(item)?.map(|entry| entry.logs).unwrap_or_default();
                    lines.extend(listeners::told(item)?);
                    lines
                } else {
                    from = seq(reader)?;
                    match inline_entry(reader)? {
                        Some(entry) => entry.logs,
                        None => self.whole_entry(id, item).await?.logs,
                    }
                };
                for line in lines {
                    if line.seq <= seen {
                        continue;
                    }
                    if page.entries.len() == limit {
                        let seen = page.entries.last().map_or(seen, |line| line.seq);
                        page.next = Some(format!("{from}.{seen}"));
                        return Ok(page);
                    }
                    page.entries.push(line);
                }
            }
            if items.last_evaluated_key.is_none() {
                return Ok(page);
            }
            from += 1;
        }
    }

    /// The journal from entry `seq` on, then the header.
    pub(super) fn entries_from(&self, id: RunId, seq: u64) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.tables.runs)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(header::partition(id)))
            .expression_attribute_values(":first", text(sort_key(seq)))
            .expression_attribute_values(":last", text(MAIN))
    }
}

pub(super) fn is_header(item: &Item) -> bool {
    Reader::new(item, "run").optional_text("sk") == Some(MAIN)
}

/// The entry that rides in the header of a run that ended.
pub(super) fn last(header: &Item) -> Result<Option<JournalEntry>, Error> {
    let stored = Reader::new(header, "run").optional_binary("last");
    stored.map(|last| codec::decode(last, "journal entry")).transpose()
}

/// A cursor: the entry to go on with, and the last line seen.
fn parse(cursor: &str) -> Result<(u64, u64), Error> {
    let (from, seen) = cursor.split_once('.').ok_or(Error::Cursor)?;
    let read = |text: &str| text.parse::<u64>().map_err(|_| Error::Cursor);
    Ok((read(from)?.clamp(1, MAX_SEQ), read(seen)?))
}

/// The largest number that ten digits hold.
const MAX_SEQ: u64 = 9_999_999_999;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::{Event, Status},
        store::fixture::{Database, at, end, entry, noise, queued},
    };

    #[tokio::test]
    async fn a_status_is_one_request_whatever_the_size_of_the_input() {
        let database = Database::start().await;
        for length in [10, 1000, 1_000_000] {
            let run = queued();
            database.store.insert(&run, &json!(noise(length))).await.unwrap();
            database.wire.operations();
            let view = database.store.view(run.id).await.unwrap();
            assert_eq!(
                view,
                Some(View { run, recent: Vec::new(), told: Vec::new(), listening: None })
            );
            assert_eq!(database.wire.operations(), ["Query"]);
        }
        assert_eq!(database.store.view(queued().id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_status_shows_the_newest_entries_and_reads_no_results() {
        let database = Database::start().await;
        let run = database.claimed().await;
        for seq in 1..=7 {
            let entry = entry(&noise(700_000), seq..=seq);
            database.store.append(&run, seq, &entry).await.unwrap();
        }
        database.wire.operations();
        let view = database.store.view(run.id).await.unwrap().unwrap();
        assert_eq!(database.wire.operations(), ["Query"]);
        assert_eq!(seqs(view.recent.iter().flat_map(|entry| &entry.logs)), [7, 6, 5, 4, 3]);
    }

    #[tokio::test]
    async fn the_end_is_found_beside_entries_of_any_size() {
        let database = Database::start().await;
        for (before, last) in [(10, 10), (700_000, 10), (10, 700_000), (700_000, 700_000)] {
            let run = database.claimed().await;
            database.store.append(&run, 1, &entry(&noise(before), 1..=2)).await.unwrap();
            let end = JournalEntry { logs: entry("", 3..=3).logs, ..end(json!(noise(last))) };
            database.store.finish(&run, 2, &end, Event::Complete, at(3), None).await.unwrap();
            let view = database.store.view(run.id).await.unwrap().unwrap();
            assert_eq!(view.run.status, Status::Completed);
            assert!(view.recent[0] == end, "{before} {last}");
            assert_eq!(seqs(view.recent[1].logs.iter()), [1, 2]);
        }
    }

    #[tokio::test]
    async fn a_log_is_read_page_by_page_without_gaps() {
        let database = Database::start().await;
        let run = database.claimed().await;
        let mut seq = 0;
        for (number, lines) in (1..).zip([3, 0, 1, 130, 4]) {
            let length = if number == 4 { 700_000 } else { 10 };
            let entry = entry(&noise(length), seq + 1..=seq + lines);
            database.store.append(&run, number, &entry).await.unwrap();
            seq += lines;
        }
        let last = JournalEntry { logs: entry("", 139..=140).logs, ..end(json!(1)) };
        database.store.finish(&run, 6, &last, Event::Complete, at(3), None).await.unwrap();
        let expected: Vec<u64> = (1..=140).collect();
        for limit in [1, 2, 7, 100, 140, 1000] {
            let (mut found, mut cursor) = (Vec::new(), None);
            loop {
                let page = database.store.logs(run.id, cursor.as_deref(), limit).await.unwrap();
                assert!(page.entries.len() == limit || page.next.is_none());
                found.extend(seqs(page.entries.iter()));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{limit}");
        }
    }

    #[tokio::test]
    async fn a_log_of_many_entries_is_read_to_its_end() {
        let database = Database::start().await;
        let run = database.claimed().await;
        for seq in 1..=205 {
            database.store.append(&run, seq, &entry("", seq..=seq)).await.unwrap();
        }
        let page = database.store.logs(run.id, None, 1000).await.unwrap();
        assert_eq!(seqs(page.entries.iter()), (1..=205).collect::<Vec<u64>>());
    }

    #[tokio::test]
    async fn a_cursor_of_the_callers_own_making_is_refused() {
        let database = Database::start().await;
        for cursor in ["", "1", "a.b", "1.2.3", "-1.0", "99999999999999999999.0"] {
            let refused = database.store.logs(queued().id, Some(cursor), 10).await;
            assert!(matches!(refused, Err(Error::Cursor)), "{cursor}");
        }
        let far = database.store.logs(queued().id, Some("18446744073709551615.0"), 10).await;
        assert_eq!(far.unwrap(), LogPage::default());
    }

    fn seqs<'a>(lines: impl Iterator<Item = &'a LogEntry>) -> Vec<u64> {
        lines.map(|line| line.seq).collect()
    }
}
