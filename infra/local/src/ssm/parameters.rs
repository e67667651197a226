//! The parameters in `SQLite`: what was acknowledged survives the process. It knows no protocol.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use super::error::{Error, OpenError};
use crate::private::make_file;
use crate::sqs::Now;
use crate::write_ahead::write_ahead;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS parameter (
        name TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        value TEXT NOT NULL,
        version INTEGER NOT NULL,
        modified_at_ms INTEGER NOT NULL
    );";

/// All parameters of one machine. Clones are the same ones.
#[derive(Clone)]
pub struct Parameters {
    connection: Arc<Mutex<Connection>>,
    now: Now,
}

/// A parameter as it is kept.
pub(super) struct Stored {
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) version: u64,
    pub(super) modified_at_ms: u64,
}

impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Parameters")
    }
}

impl Parameters {
    /// Parameters that end with the process.
    ///
    /// # Errors
    /// When `SQLite` has no memory.
    pub fn in_memory(now: Now) -> Result<Self, OpenError> {
        Self::over(Connection::open_in_memory()?, now)
    }

    /// The parameters in the file at `path`, which only its owner can read, nor what `SQLite` keeps beside it: that has
    /// the file's rights. What was acknowledged survives the process; with `sync` also a power cut.
    ///
    /// # Errors
    /// When the file cannot be made or opened.
    pub fn open(path: &Path, sync: bool, now: Now) -> Result<Self, OpenError> {
        make_file(path)?;
        let connection = Connection::open(path)?;
        write_ahead(&connection, sync)?;
        // What is deleted is overwritten.
        connection.pragma_update(None, "secure_delete", true)?;
        Self::over(connection, now)
    }

    fn over(connection: Connection, now: Now) -> Result<Self, OpenError> {
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), now })
    }

    /// Writes a parameter; its version. One that is there is overwritten only if asked for.
    pub(super) fn put(
        &self,
        name: &str,
        kind: Option<&str>,
        value: &str,
        overwrite: bool,
    ) -> Result<u64, Error> {
        let connection = self.lock();
        let (kind, version) = match (find(&connection, name)?, kind) {
            (Some(_), _) if !overwrite => return Err(Error::AlreadyExists),
            (Some(stored), kind) => (kind.unwrap_or(&stored.kind).to_owned(), stored.version + 1),
            (None, Some(kind)) => (kind.to_owned(), 1),
            (None, None) => {
                let text = "A parameter type is required when you create a parameter.".to_owned();
                return Err(Error::Validation(text));
            }
        };
        connection
            .prepare_cached("INSERT OR REPLACE INTO parameter VALUES (?, ?, ?, ?, ?)")?
            .execute(params![name, kind, value, version, (self.now)()])?;
        Ok(version)
    }

    /// A parameter, if there is one of that name.
    pub(super) fn get(&self, name: &str) -> Result<Option<Stored>, Error> {
        Ok(find(&self.lock(), name)?)
    }

    /// Deletes a parameter; whether it was there.
    pub(super) fn delete(&self, name: &str) -> Result<bool, Error> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached("DELETE FROM parameter WHERE name = ?")?;
        Ok(statement.execute([name])? == 1)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<Stored>> {
    let sql = "SELECT type, value, version, modified_at_ms FROM parameter WHERE name = ?";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Stored {
            kind: row.get(0)?,
            value: row.get(1)?,
            version: row.get(2)?,
            modified_at_ms: row.get(3)?,
        })
    };
    connection.prepare_cached(sql)?.query_row([name], read).optional()
}
