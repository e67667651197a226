//! How every `SQLite` file of the stack writes.

use rusqlite::Connection;

/// Makes `connection` write ahead: what was acknowledged survives the process, with `sync` also a power cut.
///
/// # Errors
/// When `SQLite` refuses.
pub(crate) fn write_ahead(connection: &Connection, sync: bool) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", if sync { "FULL" } else { "NORMAL" })
}
