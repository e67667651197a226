//! The log of the queues in `SQLite`: what was acknowledged survives the process. Reads happen once, at the start; after
//! that it only writes. It decides nothing about messages.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex as AsyncMutex;
use uuid::Uuid;

use super::attributes::Attributes;
use super::error::Error;
use super::message::{Attribute, Content, md5_hex};
use super::queue::{Message, Queue};
use super::state::{Change, State};
use crate::write_ahead::write_ahead;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queue (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        attributes TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL,
        modified_at_ms INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS message (
        id INTEGER PRIMARY KEY,
        queue INTEGER NOT NULL,
        visible_at_ms INTEGER NOT NULL,
        receive_count INTEGER NOT NULL DEFAULT 0,
        first_received_at_ms INTEGER,
        dead_letter_source TEXT,
        message_id BLOB NOT NULL,
        sent_at_ms INTEGER NOT NULL,
        metadata TEXT,
        body TEXT NOT NULL
    );";

/// Pages in the write-ahead log before it is folded into the file. Each fold costs two syncs, and most pages of a
/// queue are written many times over: 4,000 pages (16 MB) instead of `SQLite`'s 1,000 save three folds of four.
const CHECKPOINT_PAGES: u32 = 4_000;

/// The file of the queues could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// `SQLite` refused.
    #[error("the file of the queues cannot be opened")]
    Sqlite(#[from] rusqlite::Error),
    /// A row is not of this program's making.
    #[error("the file of the queues is damaged")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What rarely is there, kept as JSON.
#[derive(Default, Serialize, Deserialize)]
struct Metadata {
    #[serde(default)]
    attributes: std::collections::BTreeMap<String, Attribute>,
    group_id: Option<String>,
    trace_header: Option<String>,
}

/// The open log.
pub(crate) struct Journal {
    connection: Arc<AsyncMutex<Connection>>,
    log: Arc<Log>,
    sync: bool,
}

impl Journal {
    /// Opens the log and reads the queues in it. With `sync` an acknowledged change survives a power cut, else only
    /// the death of the process.
    pub(crate) fn open(path: &Path, sync: bool) -> Result<(Self, State), OpenError> {
        let connection = Connection::open(path)?;
        write_ahead(&connection, sync)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.execute_batch(SCHEMA)?;
        connection.set_prepared_statement_cache_capacity(16);
        let state = load(&connection)?;
        let journal =
            Self { connection: Arc::new(AsyncMutex::new(connection)), log: Arc::default(), sync };
        Ok((journal, state))
    }

    /// Returns when the first `noted` changes are in the log. One caller writes for all that wait meanwhile, in one
    /// transaction: with sixteen senders that is a quarter of the cost a message.
    pub(crate) async fn settle(&self, noted: u64, state: &Mutex<State>) -> Result<(), Error> {
        // Lets the other callers that are ready note their changes first.
        tokio::task::yield_now().await;
        if !self.log.has(noted) {
            let mut connection = Arc::clone(&self.connection).lock_owned().await;
            if !self.log.has(noted) {
                let (changes, upto) = {
                    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                    (state.take_changes(), state.noted())
                };
                let log = Arc::clone(&self.log);
                let mut write = move || log.finish(upto, write(&mut connection, &changes));
                if self.sync {
                    // The write goes on even if this future is dropped.
                    tokio::task::spawn_blocking(write).await.map_err(|_| Error::Storage)?;
                } else {
                    write();
                }
            }
        }
        // Memory and log have parted once a write failed: nothing is acknowledged any more.
        if self.log.failed.load(Ordering::Acquire) { Err(Error::Storage) } else { Ok(()) }
    }
}

/// How far the log is.
#[derive(Default)]
struct Log {
    written: AtomicU64,
    failed: AtomicBool,
}

impl Log {
    fn has(&self, noted: u64) -> bool {
        self.written.load(Ordering::Acquire) >= noted
    }

    fn finish(&self, upto: u64, outcome: rusqlite::Result<()>) {
        if let Err(error) = outcome {
            tracing::error!(%error, "The log of the queues could not be written; nothing is acknowledged any more");
            self.failed.store(true, Ordering::Release);
        }
        self.written.store(upto, Ordering::Release);
    }
}

fn write(connection: &mut Connection, changes: &[Change]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for change in changes {
        apply(&transaction, change)?;
    }
    transaction.commit()
}

fn apply(connection: &Connection, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::Queue { number, name, attributes, created_at_ms, modified_at_ms } => connection
            .prepare_cached("INSERT OR REPLACE INTO queue VALUES (?, ?, ?, ?, ?)")?
            .execute(params![number, name, attributes, created_at_ms, modified_at_ms])?,
        Change::Insert { id, queue, content, visible_at_ms } => connection
            .prepare_cached(
                "INSERT INTO message (id, queue, visible_at_ms, message_id, sent_at_ms, metadata, body)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                id,
                queue,
                visible_at_ms,
                content.message_id.as_bytes(),
                content.sent_at_ms,
                metadata(content),
                content.body
            ])?,
        Change::Update { id, visible_at_ms, receive_count, first_received_at_ms } => connection
            .prepare_cached(
                "UPDATE message SET visible_at_ms = ?2, receive_count = ?3, first_received_at_ms = ?4 WHERE id = ?1",
            )?
            .execute(params![id, visible_at_ms, receive_count, first_received_at_ms])?,
        Change::Move { id, queue, visible_at_ms, source } => connection
            .prepare_cached("UPDATE message SET queue = ?2, visible_at_ms = ?3, dead_letter_source = ?4 WHERE id = ?1")?
            .execute(params![id, queue, visible_at_ms, source])?,
        Change::Remove { id } => connection.prepare_cached("DELETE FROM message WHERE id = ?")?.execute([id])?,
        Change::Purge { queue } => connection.prepare_cached("DELETE FROM message WHERE queue = ?")?.execute([queue])?,
    };
    Ok(())
}

fn metadata(content: &Content) -> Option<String> {
    if content.attributes.is_empty() && content.group_id.is_none() && content.trace_header.is_none()
    {
        return None;
    }
    let metadata = Metadata {
        attributes: content.attributes.clone(),
        group_id: content.group_id.clone(),
        trace_header: content.trace_header.clone(),
    };
    serde_json::to_string(&metadata).ok()
}

fn load(connection: &Connection) -> Result<State, OpenError> {
    let mut state = State::logged();
    let mut names = std::collections::HashMap::new();
    let mut statement = connection
        .prepare("SELECT number, name, attributes, created_at_ms, modified_at_ms FROM queue")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let queue = read_queue(row)?;
        names.insert(queue.number, Arc::clone(&queue.name));
        state.queues.insert(Arc::clone(&queue.name), queue);
    }
    let mut statement = connection.prepare(
        "SELECT id, queue, visible_at_ms, receive_count, first_received_at_ms, dead_letter_source, message_id,
                sent_at_ms, metadata, body FROM message",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, number): (u64, u32) = (row.get(0)?, row.get(1)?);
        let queue = names.get(&number).and_then(|name| state.queues.get_mut(name));
        let queue = queue.ok_or_else(|| OpenError::Damaged("a message without a queue".into()))?;
        queue.insert(id, read_message(row)?);
        state.next_message = state.next_message.max(id + 1);
    }
    Ok(state)
}

fn read_queue(row: &Row<'_>) -> Result<Queue, OpenError> {
    let text: String = row.get(2)?;
    let given = serde_json::from_str(&text).map_err(|error| OpenError::Damaged(error.into()))?;
    let mut attributes = Attributes::default();
    attributes.set(&given).map_err(|error| OpenError::Damaged(error.into()))?;
    let name: String = row.get(1)?;
    let mut queue = Queue::new(row.get(0)?, name.into(), attributes, row.get(3)?);
    queue.modified_at_ms = row.get(4)?;
    Ok(queue)
}

fn read_message(row: &Row<'_>) -> Result<Message, OpenError> {
    let metadata: Option<String> = row.get(8)?;
    let metadata: Metadata = metadata
        .map_or(Ok(Metadata::default()), |text| serde_json::from_str(&text))
        .map_err(|error| OpenError::Damaged(error.into()))?;
    let body: String = row.get(9)?;
    let dead_letter_source: Option<String> = row.get(5)?;
    let content = Content {
        message_id: Uuid::from_bytes(row.get(6)?),
        body_md5: md5_hex(body.as_bytes()),
        body,
        attributes: metadata.attributes,
        group_id: metadata.group_id,
        trace_header: metadata.trace_header,
        sent_at_ms: row.get(7)?,
    };
    Ok(Message {
        content: Arc::new(content),
        visible_at_ms: row.get(2)?,
        receive_count: row.get(3)?,
        first_received_at_ms: row.get(4)?,
        dead_letter_source: dead_letter_source.map(Into::into),
    })
}
