//! Reading a run: its header with the newest of its journal, and its whole log.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;

use super::{
    Error,
    client::Store,
    codec, header,
    item::{Item, MAIN, Reader, text},
    journal::{inline_entry, seq, sort_key},
};
use crate::model::{JournalEntry, LogEntry, Run, RunId};

/// A run as its callers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its header.
    pub run: Run,
    /// The newest entries of its journal, newest first: its end, when it ended, and as many log
    /// lines as a status shows. Results of effects may be missing.
    pub recent: Vec<JournalEntry>,
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
        let items = query.send().await?.items.unwrap_or_default();
        let mut items = items.iter();
        let Some(header) = items.next().filter(|item| is_header(item)) else { return Ok(None) };
        let run = header::read(header)?;
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
        Ok(Some(View { run, recent }))
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
            let items = self.entries_from(id, from).limit(LOG_ITEMS).send().await?;
            for item in items.items() {
                let reader = Reader::new(item, "journal entry");
                let entry = if is_header(item) {
                    // The header comes last, and its entry would be the next one.
                    last(item)?
                } else {
                    from = seq(reader)?;
                    Some(match inline_entry(reader)? {
                        Some(entry) => entry,
                        None => self.whole_entry(id, item).await?,
                    })
                };
                for line in entry.into_iter().flat_map(|entry| entry.logs) {
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
    fn entries_from(&self, id: RunId, seq: u64) -> QueryFluentBuilder {
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

fn is_header(item: &Item) -> bool {
    Reader::new(item, "run").optional_text("sk") == Some(MAIN)
}

/// The entry that rides in the header of a run that ended.
fn last(header: &Item) -> Result<Option<JournalEntry>, Error> {
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
