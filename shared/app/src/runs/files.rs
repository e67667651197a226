//! Files that runs are started with. They are there before their run is: whoever is told of a run can
//! read its files. Those of a start that is refused later expire.

use futures::future::try_join_all;

use super::{Error, Runs, Start, start::check_input};
use crate::{
    auth::FileToken,
    model::{begins_executable, limits},
};

/// A file that came with its request.
pub struct NewFile {
    /// Its id.
    pub token: FileToken,
    /// It.
    pub content: Vec<u8>,
}

/// What became of a file that was to be uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// It is there, and may be used.
    Usable,
    /// It is not there, or its time has come to an end, or nobody asked for it.
    Missing,
    /// A system would run it.
    Executable,
}

impl Runs {
    /// Looks at files that were to be uploaded: one request each.
    ///
    /// # Errors
    /// [`Error::Store`] (a retry is safe).
    pub async fn uploaded(&self, files: &[FileToken]) -> Result<Vec<Uploaded>, Error> {
        try_join_all(files.iter().map(|file| self.look_at(file))).await
    }

    async fn look_at(&self, file: &FileToken) -> Result<Uploaded, Error> {
        if !file.lasts(self.now(), limits::FILE_URL) {
            return Ok(Uploaded::Missing);
        }
        Ok(match self.store.stored_file(file).await? {
            Some(stored) if begins_executable(&stored.first) => Uploaded::Executable,
            Some(stored) if stored.size_bytes == file.file.size_bytes => Uploaded::Usable,
            Some(_) | None => Uploaded::Missing,
        })
    }

    /// Stores the files of a start whose input the flow accepts: one request each, side by side.
    ///
    /// # Errors
    /// As [`Runs::start`]; a retry is safe.
    pub async fn keep_files(&self, start: &Start, files: Vec<NewFile>) -> Result<(), Error> {
        if files.is_empty() {
            return Ok(());
        }
        let (_, plan) = self.served_plan(&start.trigger, start.environment).await?;
        check_input(&plan, &start.input)?;
        let puts = files
            .into_iter()
            .map(async |NewFile { token, content }| self.store.put_file(&token, content).await);
        try_join_all(puts).await?;
        Ok(())
    }

    /// Where a file may be uploaded to.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn upload(&self, file: &FileToken) -> Result<crate::store::Upload, Error> {
        Ok(self.store.upload(file, self.now()).await?)
    }

    /// Where a file can be read for the next minutes, if its time has not come to an end. Whether it is
    /// there, who goes there learns.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn file_address(&self, file: &FileToken) -> Result<Option<String>, Error> {
        if !file.lasts(self.now(), std::time::Duration::ZERO) {
            return Ok(None);
        }
        Ok(Some(self.store.file_address(file, self.now()).await?))
    }
}
