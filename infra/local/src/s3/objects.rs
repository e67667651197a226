//! The objects of one bucket in `SQLite`: an object is there whole or not at all, whenever the process dies. It knows
//! no protocol.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use rusqlite::{Connection, OptionalExtension, params};

use crate::sqs::Now;
use crate::write_ahead::write_ahead;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS object (
        key TEXT PRIMARY KEY,
        created_at_ms INTEGER NOT NULL,
        content_type TEXT NOT NULL,
        etag TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        content BLOB NOT NULL
    );
    CREATE INDEX IF NOT EXISTS object_by_age ON object (created_at_ms);";

/// Pages in the write-ahead log before it is folded into the file: 64 MB, some ten of the largest objects, instead of
/// `SQLite`'s 4 MB, which would cost two syncs an object.
const CHECKPOINT_PAGES: u32 = 16_000;

/// The file of the objects could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the file of the payloads cannot be opened")]
pub struct OpenError(#[from] rusqlite::Error);

/// What is known of an object without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) created_at_ms: u64,
    pub(super) content_type: String,
    /// The content's MD5 in quotes, as S3 has it for objects that came in one piece.
    pub(super) etag: String,
    pub(super) size_bytes: u64,
}

/// The objects of one bucket. Clones are the same ones.
#[derive(Clone)]
pub struct Objects {
    connection: Arc<Mutex<Connection>>,
    bucket: Arc<str>,
    now: Now,
}

impl fmt::Debug for Objects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Objects").field(&self.bucket).finish()
    }
}

impl Objects {
    /// A bucket that ends with the process.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn in_memory(bucket: &str, now: Now) -> Result<Self, OpenError> {
        Self::over(Connection::open_in_memory()?, bucket, now)
    }

    /// The bucket in the file at `path`. A write that was answered survives the process; with `sync` also a power cut,
    /// at the price of a disk's sync a write.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(path: &Path, sync: bool, bucket: &str, now: Now) -> Result<Self, OpenError> {
        let connection = Connection::open(path)?;
        // What expires gives its room on the disk back. It has to be said before there is a table.
        connection.pragma_update(None, "auto_vacuum", "FULL")?;
        write_ahead(&connection, sync)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        Self::over(connection, bucket, now)
    }

    fn over(connection: Connection, bucket: &str, now: Now) -> Result<Self, OpenError> {
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), bucket: bucket.into(), now })
    }

    pub(super) fn bucket(&self) -> &str {
        &self.bucket
    }

    pub(super) fn now_ms(&self) -> u64 {
        (self.now)()
    }

    /// Puts an object there; its etag. Where the key has one already, it is replaced, or nothing is done.
    pub(super) async fn put(
        &self,
        key: String,
        content_type: String,
        content: Bytes,
        may_replace: bool,
    ) -> rusqlite::Result<Option<String>> {
        let now_ms = (self.now)();
        self.work(move |connection| {
            let etag = format!("\"{:x}\"", md5::compute(&content));
            let sql = if may_replace {
                "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?)"
            } else {
                "INSERT OR IGNORE INTO object VALUES (?, ?, ?, ?, ?, ?)"
            };
            let values = params![key, now_ms, content_type, etag, content.len(), &content[..]];
            Ok((connection.execute(sql, values)? == 1).then_some(etag))
        })
        .await
    }

    /// An object, if there is one of that key.
    pub(super) async fn get(&self, key: String) -> rusqlite::Result<Option<(Head, Vec<u8>)>> {
        let sql = "SELECT created_at_ms, content_type, etag, size_bytes, content FROM object WHERE key = ?";
        let read = |row: &rusqlite::Row<'_>| Ok((head(row)?, row.get(4)?));
        self.work(move |connection| connection.query_row(sql, [key], read).optional()).await
    }

    /// What is known of an object, if there is one of that key.
    pub(super) async fn head(&self, key: String) -> rusqlite::Result<Option<Head>> {
        let sql = "SELECT created_at_ms, content_type, etag, size_bytes FROM object WHERE key = ?";
        self.work(move |connection| connection.query_row(sql, [key], head).optional()).await
    }

    /// Deletes an object if it is there.
    pub(super) async fn delete(&self, key: String) -> rusqlite::Result<()> {
        let sql = "DELETE FROM object WHERE key = ?";
        self.work(move |connection| connection.execute(sql, [key]).map(drop)).await
    }

    /// Deletes the objects below `prefix`, letters and a slash, that were put there longer than `age` ago; how many.
    /// On AWS the bucket's lifecycle does it.
    ///
    /// # Errors
    /// When `SQLite` fails. A retry is safe.
    pub async fn expire(&self, prefix: &'static str, age: Duration) -> rusqlite::Result<usize> {
        let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let before_ms = (self.now)().saturating_sub(age_ms);
        let sql = "DELETE FROM object WHERE created_at_ms < ? AND key GLOB ? || '*'";
        self.work(move |connection| connection.execute(sql, params![before_ms, prefix])).await
    }

    /// Works on the database away from the runtime's threads: an object takes milliseconds. It goes on even if this
    /// future is dropped.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let connection = Arc::clone(&self.connection);
        let worked = tokio::task::spawn_blocking(move || {
            work(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        // A task that panicked has not committed anything.
        worked.await.unwrap_or(Err(rusqlite::Error::InvalidQuery))
    }
}

fn head(row: &rusqlite::Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        created_at_ms: row.get(0)?,
        content_type: row.get(1)?,
        etag: row.get(2)?,
        size_bytes: row.get(3)?,
    })
}
