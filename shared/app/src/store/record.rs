//! Reading all that is stored of a run, without taking it.

use super::{
    Error,
    client::Store,
    codec, header,
    item::Reader,
    journal,
    view::{is_header, last},
};
use crate::model::{JournalEntry, Run, RunId};

/// A run with all that it remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its header.
    pub run: Run,
    /// What it was started with.
    pub input: serde_json::Value,
    /// Its journal, in order, its end included.
    pub journal: Vec<JournalEntry>,
}

impl Store {
    /// A run with its input and whole journal: one query for every megabyte, and one read of the
    /// bucket for every payload.
    ///
    /// # Errors
    /// See [`Error`]. `None` when there is no such run.
    pub async fn record(&self, id: RunId) -> Result<Option<Record>, Error> {
        let query = self.entries_from(id, 0);
        let (mut run, mut input, mut entries, mut end) = (None, None, Vec::new(), None);
        let mut start = None;
        loop {
            let page = Box::pin(query.clone().set_exclusive_start_key(start).send()).await?;
            for item in page.items.unwrap_or_default() {
                let reader = Reader::new(&item, "journal entry");
                if is_header(&item) {
                    let inline = Reader::new(&item, "input").optional_binary("input");
                    let inline = inline.map(|stored| codec::decode(stored, "input")).transpose()?;
                    input = input.or(inline);
                    end = last(&item)?;
                    run = Some(header::read(&item)?);
                } else if journal::seq(reader)? == 0 {
                    input = Some(self.whole_input(id, &item).await?);
                } else {
                    entries.push(self.whole_entry(id, &item).await?);
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        let Some(run) = run else { return Ok(None) };
        entries.extend(end);
        let input = input.ok_or(Error::Corrupt { what: "input" })?;
        Ok(Some(Record { run, input, journal: entries }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{
        model::Event,
        store::fixture::{Database, at, end, entry, held, noise},
    };

    #[tokio::test]
    async fn a_record_is_read_whole_however_it_is_stored() {
        for (length, result) in [(10, json!(1)), (700_000, json!(noise(700_000)))] {
            let database = Database::start().await;
            let run = held();
            let input = json!(noise(length));
            database.store.insert(&run, &input).await.unwrap();
            let first = entry(&noise(length), 1..=2);
            database.store.append(&run, 1, &first).await.unwrap();
            let last = end(result);
            database.store.finish(&run, 2, &last, Event::Complete, at(3), None).await.unwrap();
            database.wire.operations();
            let record = database.store.record(run.id).await.unwrap().unwrap();
            let queries = database.wire.operations().iter().filter(|it| *it == "Query").count();
            assert_eq!(queries, 1);
            assert_eq!(record.run.id, run.id);
            assert!(record.input == input && record.journal == [first, last], "{length}");
        }
    }

    #[tokio::test]
    async fn a_run_that_is_not_there_has_no_record() {
        let database = Database::start().await;
        assert_eq!(database.store.record(held().id).await.unwrap(), None);
    }
}
