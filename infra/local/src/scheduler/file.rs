//! The schedules' file, in `SQLite`: what was acknowledged survives the process, and so does how far each has fired.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, Row, params};
use shared::model::Timestamp;

use super::entry::{Entry, Name};
use super::error::OpenError;
use crate::write_ahead::write_ahead;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS schedule (
        group_name TEXT NOT NULL,
        name TEXT NOT NULL,
        definition TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL,
        modified_at_ms INTEGER NOT NULL,
        since_ms INTEGER NOT NULL,
        done_until_ms INTEGER NOT NULL,
        PRIMARY KEY (group_name, name)
    );";

/// The open file.
#[derive(Debug)]
pub(crate) struct File(Connection);

impl File {
    /// A file that ends with the process.
    pub(crate) fn in_memory() -> Result<Self, OpenError> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(connection))
    }

    /// The file at `path`. With `sync` an acknowledged change survives a power cut, else only the death of the process.
    pub(crate) fn open(path: &Path, sync: bool) -> Result<Self, OpenError> {
        let connection = Connection::open(path)?;
        write_ahead(&connection, sync)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(connection))
    }

    pub(crate) fn load(&self) -> Result<BTreeMap<Name, Entry>, OpenError> {
        let mut statement = self.0.prepare(
            "SELECT group_name, name, definition, created_at_ms, modified_at_ms, since_ms, done_until_ms FROM schedule",
        )?;
        let mut rows = statement.query([])?;
        let mut entries = BTreeMap::new();
        while let Some(row) = rows.next()? {
            entries.insert((row.get(0)?, row.get(1)?), read(row)?);
        }
        Ok(entries)
    }

    /// Writes a schedule, in place of the one of its name.
    pub(crate) fn put(&self, (group, name): &Name, entry: &Entry) -> rusqlite::Result<()> {
        let definition = serde_json::to_string(&entry.definition)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        self.0
            .prepare_cached("INSERT OR REPLACE INTO schedule VALUES (?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                group,
                name,
                definition,
                entry.created_at.as_millis(),
                entry.modified_at.as_millis(),
                entry.since.as_millis(),
                entry.done_until.as_millis(),
            ])
            .map(drop)
    }

    pub(crate) fn remove(&self, (group, name): &Name) -> rusqlite::Result<()> {
        self.0
            .prepare_cached("DELETE FROM schedule WHERE group_name = ? AND name = ?")?
            .execute([group, name])
            .map(drop)
    }
}

fn read(row: &Row<'_>) -> Result<Entry, OpenError> {
    let definition: String = row.get(2)?;
    let definition =
        serde_json::from_str(&definition).map_err(|error| OpenError::Damaged(error.into()))?;
    let time = |column| row.get(column).map(Timestamp::from_millis);
    Entry::restore(definition, time(3)?, time(4)?, time(5)?, time(6)?)
        .map_err(|error| OpenError::Damaged(error.into()))
}
