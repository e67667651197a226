//! The data folder: one stack at a time has it, and says in it where it is reached.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{Endpoints, StartError};
use crate::private::{make_folder, write_document};

/// The file that says where a stack is reached.
pub(super) const ENDPOINTS: &str = "endpoints.json";

/// A data folder that is this process's. The system gives the lock back when the process ends,
/// however it ends.
pub(super) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder where there is none, for this user only, and takes it.
    pub(super) fn open(path: &Path) -> Result<Self, StartError> {
        let failed = |source| StartError::Data { folder: path.to_owned(), source };
        make_folder(path).map_err(failed)?;
        let lock = File::create(path.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse { folder: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    pub(super) fn tables(&self) -> PathBuf {
        self.path.join("tables.db")
    }

    /// Whether the tables are there. If so they are whole.
    pub(super) fn has_tables(&self) -> bool {
        self.tables().exists()
    }

    /// Where the tables are made. Nothing is there: what a process that died left is removed.
    pub(super) fn unfinished_tables(&self) -> Result<PathBuf, StartError> {
        let path = self.path.join("tables.db.new");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.unusable(error)),
            _ => Ok(path),
        }
    }

    /// Makes what was made at `unfinished` the tables.
    pub(super) fn keep_tables(&self, unfinished: &Path) -> Result<(), StartError> {
        let keep = || {
            File::open(unfinished)?.sync_all()?;
            fs::rename(unfinished, self.tables())
        };
        keep().map_err(|error| self.unusable(error))
    }

    fn unusable(&self, source: io::Error) -> StartError {
        StartError::Data { folder: self.path.clone(), source }
    }

    pub(super) fn queues(&self) -> PathBuf {
        self.path.join("queues.db")
    }

    pub(super) fn payloads(&self) -> PathBuf {
        self.path.join("payloads.db")
    }

    pub(super) fn schedules(&self) -> PathBuf {
        self.path.join("schedules.db")
    }

    pub(super) fn parameters(&self) -> PathBuf {
        self.path.join("secrets.db")
    }

    /// Writes `endpoints.json`: readers see the old file, or all of the new one.
    pub(super) fn publish(&self, endpoints: &Endpoints) -> Result<Published, StartError> {
        let path = self.path.join(ENDPOINTS);
        write_document(&path, endpoints).map_err(|error| self.unusable(error))?;
        Ok(Published(path))
    }
}

/// A written `endpoints.json`. It goes when this is dropped.
pub(super) struct Published(PathBuf);

impl Drop for Published {
    fn drop(&mut self) {
        // What stays behind is overwritten by the next start.
        let _ = fs::remove_file(&self.0);
    }
}
