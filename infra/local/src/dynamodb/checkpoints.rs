//! Moves what the write-ahead log holds into the tables' file, on a thread and a connection of its
//! own: syncing the disk takes milliseconds, for which the writer would stop. The writer itself
//! does it only when the log has grown long (`SQLITE_DEFAULT_WAL_AUTOCHECKPOINT`).

use std::{
    io,
    path::Path,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

/// Between two looks at the log. Where there is nothing to move, a look costs no disk.
const PAUSE: Duration = Duration::from_millis(50);

/// The thread at work. It ends when this is dropped.
#[derive(Clone)]
pub(super) struct Checkpoints {
    _alive: Sender<()>,
}

impl Checkpoints {
    /// Starts on the file at `path`, which is there.
    pub(super) fn start(path: &Path) -> io::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(io::Error::other)?;
        let (alive, ended) = mpsc::channel();
        std::thread::Builder::new().name("checkpoints".to_owned()).spawn(move || {
            while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                // A log that cannot be moved now grows until the writer moves it.
                let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                if let Err(error) = moved {
                    tracing::debug!(error = %error, "The tables' log could not be moved");
                }
            }
        })?;
        Ok(Self { _alive: alive })
    }
}
