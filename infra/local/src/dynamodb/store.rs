//! The embedded database: opening it, and the thread on which it works.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Sender};

use dynoxide::{Database, DynoxideError};
use tokio::sync::oneshot;

use super::checkpoints::Checkpoints;

/// The database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The path is not UTF-8, which the database needs.
    #[error("the path of the tables is not UTF-8")]
    Path,
    /// The file is damaged, or was written by a newer version.
    #[error("the file of the tables cannot be opened")]
    Database(#[from] DynoxideError),
    /// No thread for it.
    #[error("the thread of the tables cannot start")]
    Thread(#[from] io::Error),
}

type Job = Box<dyn FnOnce(&Database) + Send>;

/// All tables of one machine. Clones are the same tables.
///
/// The database is one lock around 50 to 100 µs of work a request. Called from the threads of the runtime it starves
/// single callers for seconds (16 tasks on 4 threads, measured 2026-11-21) and stops other tasks meanwhile, so it has a
/// thread of its own that takes requests in order.
#[derive(Clone)]
pub struct Store {
    database: Database,
    jobs: Sender<Job>,
    /// Of tables in a file.
    _checkpoints: Option<Checkpoints>,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Store")
    }
}

impl Store {
    /// Tables that end with the process.
    pub fn in_memory() -> Result<Self, OpenError> {
        Self::start(Database::memory()?, None)
    }

    /// Tables in the file at `path`. A write that was answered survives the process; with `sync` also a power cut, at
    /// the price of a disk's sync a write. One process at a time should have the file open.
    pub fn open(path: &Path, sync: bool) -> Result<Self, OpenError> {
        let database = Database::new(path.to_str().ok_or(OpenError::Path)?)?;
        if !sync {
            // Whatever its name says: it sets `synchronous = NORMAL`, and else only what is SQLite's default. The
            // database has no other way to it. Without it, every write waits for the disk.
            database.disable_bulk_loading()?;
        }
        Self::start(database, Some(Checkpoints::start(path)?))
    }

    fn start(database: Database, checkpoints: Option<Checkpoints>) -> Result<Self, OpenError> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let worker = database.clone();
        std::thread::Builder::new().name("tables".to_owned()).spawn(move || {
            for job in queue {
                job(&worker);
            }
        })?;
        Ok(Self { database, jobs, _checkpoints: checkpoints })
    }

    /// Writes all tables to a new file at `path`, where there must be none.
    ///
    /// # Errors
    /// See [`OpenError`]; what was written by then stays behind.
    pub(crate) async fn copy_to(&self, path: &Path) -> Result<(), OpenError> {
        let path = path.to_str().ok_or(OpenError::Path)?.to_owned();
        Ok(self.call(move |database| database.vacuum_into(&path)).await?)
    }

    /// Deletes the items whose time to live has ended, which the database does not do by itself. Returns how many.
    /// Requests are answered between its pages.
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

    /// Runs an operation on the database's thread. It runs even if this future is dropped.
    ///
    /// # Errors
    /// Those of the operation, and an internal one when the thread has ended in a panic.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&Database) -> dynoxide::Result<T> + Send + 'static,
    ) -> dynoxide::Result<T> {
        let (answer, answered) = oneshot::channel();
        let job = move |database: &Database| {
            // Nobody waits any more when the caller gave up; the operation is done all the same.
            drop(answer.send(operation(database)));
        };
        let gone =
            || DynoxideError::InternalServerError("the thread of the tables has ended".to_owned());
        self.jobs.send(Box::new(job)).map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}
