//! The data folder as far as this command writes to it: files for scripts, for this user only.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use local::private::{make_folder, write_document};
use serde::{Serialize, de::DeserializeOwned};

use crate::{connect::DEFAULT_DATA, error::Error};

/// Below the default folder, so that the state beside it stays as it is.
const DEFAULT_MEMORY_FOLDER: &str = "memory";

/// The folder of a stack.
pub(super) struct Folder {
    path: PathBuf,
    /// Of a stack in memory, which takes no folder itself: the lock, and the files to remove.
    memory: Option<(File, Vec<PathBuf>)>,
}

impl Folder {
    /// The folder of a stack that keeps its state, and takes and makes the folder itself.
    pub(super) fn of_state(given: Option<&Path>) -> Self {
        Self { path: given.unwrap_or(Path::new(DEFAULT_DATA)).to_owned(), memory: None }
    }

    /// The folder of a stack in memory, taken, so that no two write the same files.
    pub(super) fn of_memory(given: Option<&Path>) -> Result<Self, Error> {
        let path = match given {
            Some(given) => given.to_owned(),
            None => Path::new(DEFAULT_DATA).join(DEFAULT_MEMORY_FOLDER),
        };
        let shown = path.display();
        if path.join("tables.db").exists() {
            return Err(Error::Failed(format!(
                "`{shown}` holds the state of a stack: choose another folder for --memory with --data"
            )));
        }
        let failed = |error| Error::because(format!("the folder `{shown}` cannot be used"), error);
        make_folder(&path).map_err(failed)?;
        let lock = File::create(path.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, memory: Some((lock, Vec::new())) }),
            Err(TryLockError::WouldBlock) => Err(in_use(&path)),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it; none when it is not there, or not what is expected.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&fs::read(self.path.join(name)).ok()?).ok()
    }

    /// Writes a file: readers see the old one, or all of the new one.
    pub(super) fn write(&mut self, name: &str, document: &impl Serialize) -> Result<(), Error> {
        let path = self.path.join(name);
        write_document(&path, document)
            .map_err(|error| Error::because(format!("cannot write `{}`", path.display()), error))?;
        if let Some((_, files)) = &mut self.memory {
            files.push(path);
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for file in self.memory.iter().flat_map(|(_, files)| files) {
            // What stays behind is overwritten by the next start.
            let _ = fs::remove_file(file);
        }
    }
}

/// Somebody else has the folder.
pub(super) fn in_use(folder: &Path) -> Error {
    Error::Failed(format!(
        "another stack runs on `{}`: stop it, or choose another folder with --data",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_for_this_user_only_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = Folder::of_state(Some(folder.path()));
        assert_eq!(state.read::<String>("a.json"), None);
        for text in ["one", "two"] {
            state.write("a.json", &text).unwrap();
            assert_eq!(state.read::<String>("a.json").unwrap(), text);
        }
        drop(state);
        let path = folder.path().join("a.json");
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(path.exists());
    }

    #[test]
    fn a_folder_of_memory_is_one_stacks_and_keeps_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = Folder::of_memory(Some(folder.path())).unwrap();
        memory.write("a.json", &"text").unwrap();
        assert!(Folder::of_memory(Some(folder.path())).is_err());
        drop(memory);
        assert!(!folder.path().join("a.json").exists());
        fs::write(folder.path().join("tables.db"), "").unwrap();
        assert!(Folder::of_memory(Some(folder.path())).is_err());
    }
}
