//! The embedded database: opening it, and who may call it when.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use dynoxide::{Database, DynoxideError};
use tokio::sync::Mutex;

/// The database could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the file of the tables cannot be opened")]
pub struct OpenError(#[source] DynoxideError);

/// All tables of one machine. Clones are the same tables.
#[derive(Clone)]
pub struct Store {
    database: Database,
    /// The database has one lock of its own, for which a caller blocks its thread. Callers wait for this one instead,
    /// which leaves the threads to other tasks.
    turn: Arc<Mutex<()>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Store")
    }
}

impl Store {
    /// Tables that end with the process.
    ///
    /// # Errors
    /// When `SQLite` cannot start.
    pub fn in_memory() -> Result<Self, OpenError> {
        Ok(Self::of(Database::memory().map_err(OpenError)?))
    }

    /// Tables in the file at `path`. A write that was answered survives the process; with `sync` also a power cut, at
    /// the price of a disk's sync a write.
    ///
    /// # Errors
    /// When the file cannot be opened or was written by a newer version.
    pub fn open(path: &Path, sync: bool) -> Result<Self, OpenError> {
        let path = path.to_str().ok_or_else(|| {
            OpenError(DynoxideError::InternalServerError("the path is not UTF-8".to_owned()))
        })?;
        let database = Database::new(path).map_err(OpenError)?;
        if !sync {
            // Despite its name it sets `synchronous = NORMAL` and nothing else that is not SQLite's default; the
            // database has no other way to it.
            database.disable_bulk_loading().map_err(OpenError)?;
        }
        Ok(Self::of(database))
    }

    fn of(database: Database) -> Self {
        Self { database, turn: Arc::default() }
    }

    /// Deletes the items whose time to live has ended, which the database does not do by itself. Returns how many.
    ///
    /// # Errors
    /// When `SQLite` fails. A retry is safe.
    pub async fn sweep_ttl(&self) -> Result<usize, DynoxideError> {
        let database = self.database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        swept.unwrap_or_else(|error| Err(DynoxideError::InternalServerError(error.to_string())))
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Calls the database when no other task does.
    pub(crate) async fn call<T>(&self, operation: impl FnOnce(&Database) -> T) -> T {
        let _turn = self.turn.lock().await;
        operation(&self.database)
    }
}
