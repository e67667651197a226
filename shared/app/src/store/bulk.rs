//! What is too large for one item, cut into chunk items.
//!
//! `C#<seq>#<hash>#<n>` sorts before the journal (`J#`), so no query of the journal reads chunks.

use std::time::Duration;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};

use super::{
    Error,
    client::Store,
    header,
    item::{self, Item, Reader, binary, text},
    journal::Packed,
};
use crate::model::{ContentHash, Run, RunId};

/// Bytes of one chunk: with its keys well under DynamoDB's 400 KB an item.
const CHUNK_BYTES: usize = 350_000;

/// Items of one `BatchWriteItem` (DynamoDB quotas: 25, and 16 MB).
const BATCH_ITEMS: usize = 25;

/// How often a batch is sent of which DynamoDB left something. A partition takes 1 MB a second,
/// so the largest bulk needs patience rather than speed.
const BATCH_TRIES: u32 = 8;

/// The pause after a batch was sent the first time; it doubles.
const BATCH_PAUSE: Duration = Duration::from_millis(50);

fn prefix(seq: u64, hash: &str) -> String {
    format!("C#{seq:010}#{hash}#")
}

impl Store {
    /// Writes the chunks of an entry that has some. Writing them again changes nothing.
    pub(super) async fn put_bulk(&self, run: &Run, seq: u64, packed: &Packed) -> Result<(), Error> {
        let Some(bulk) = &packed.bulk else { return Ok(()) };
        let prefix = prefix(seq, ContentHash::of(bulk).as_str());
        let mut requests = Vec::new();
        for (number, chunk) in bulk.chunks(CHUNK_BYTES).enumerate() {
            let mut item = item::key(header::partition(run.id), format!("{prefix}{number:04}"));
            item.insert("data".to_owned(), binary(chunk));
            item.insert("expires_at".to_owned(), header::expires_at(run));
            let put =
                PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal)?;
            requests.push(WriteRequest::builder().put_request(put).build());
        }
        for batch in requests.chunks(BATCH_ITEMS) {
            self.put_batch(batch.to_vec()).await?;
        }
        Ok(())
    }

    async fn put_batch(&self, mut batch: Vec<WriteRequest>) -> Result<(), Error> {
        let mut pause = BATCH_PAUSE;
        for _ in 0..BATCH_TRIES {
            let request = self.client.batch_write_item().request_items(&self.tables.runs, batch);
            let left = request.send().await?.unprocessed_items.unwrap_or_default();
            batch = left.into_values().flatten().collect();
            if batch.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(Error::Unavailable("the database left items of a batch unwritten".into()))
    }

    /// Reads back what [`Store::put_bulk`] wrote.
    pub(super) async fn bulk(
        &self,
        id: RunId,
        seq: u64,
        hash: &str,
        what: &'static str,
    ) -> Result<Vec<u8>, Error> {
        let mut bulk = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.tables.runs)
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", text(header::partition(id)))
                .expression_attribute_values(":prefix", text(prefix(seq, hash)))
                .set_exclusive_start_key(start)
                .send()
                .await?;
            for item in page.items() {
                let chunk = Reader::new(item, what);
                bulk.extend(chunk.optional_binary("data").ok_or_else(|| chunk.corrupt())?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        if ContentHash::of(&bulk).as_str() == hash {
            Ok(bulk)
        } else {
            Err(Error::Corrupt { what })
        }
    }
}
