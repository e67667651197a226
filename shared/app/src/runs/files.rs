//! Files that runs are started with. They are there before their run is: whoever is told of a run can
//! read its files. Those of a start that is refused later expire.

use futures::future::try_join_all;

use super::{Error, Runs, Start, start::check_input};
use crate::{
    auth::{self, FileToken},
    model::{File, Timestamp, WorkspaceId, begins_executable, image_type, limits},
    store::Upload,
};

/// A file that came with its request.
pub struct NewFile {
    /// Its id.
    pub token: FileToken,
    /// It.
    pub content: Vec<u8>,
}

impl NewFile {
    /// A file of a workspace, for a run that begins at this time.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn of(
        workspace: &WorkspaceId,
        file: File,
        content: Vec<u8>,
        begins_at: Timestamp,
    ) -> Result<Self, Error> {
        let token = new_token(workspace, file, begins_at.after(limits::FILE_URL))?;
        Ok(Self { token, content })
    }
}

/// A file that is going to be uploaded.
#[derive(Debug)]
pub struct Announced {
    /// Its id.
    pub file: FileToken,
    /// The request that uploads it.
    pub upload: Upload,
    /// Until when a run may begin with it.
    pub usable_until: Timestamp,
}

/// What became of a file that was to be uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// It is there, and may be used.
    Usable {
        /// What image it is, if it is one.
        image: Option<&'static str>,
    },
    /// It is not there, or another workspace's, or its time has come to an end, or nobody asked for it.
    Missing,
    /// A system would run it.
    Executable,
}

impl Runs {
    /// Looks at files that a workspace was to upload: one request each.
    ///
    /// # Errors
    /// [`Error::Store`] (a retry is safe).
    pub async fn uploaded(
        &self,
        workspace: &WorkspaceId,
        files: &[FileToken],
    ) -> Result<Vec<Uploaded>, Error> {
        try_join_all(files.iter().map(|file| self.look_at(workspace, file))).await
    }

    pub(super) async fn look_at(
        &self,
        workspace: &WorkspaceId,
        file: &FileToken,
    ) -> Result<Uploaded, Error> {
        if !file.is_of(workspace) || !file.lasts(self.now(), limits::FILE_URL) {
            return Ok(Uploaded::Missing);
        }
        Ok(match self.store.stored_file(file).await? {
            Some(stored) if begins_executable(&stored.first) => Uploaded::Executable,
            Some(stored) if stored.size_bytes == file.file.size_bytes => {
                Uploaded::Usable { image: image_type(&stored.first) }
            }
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

    /// Where a workspace may upload a file to. Its URL works long enough for a start that comes as late as may be.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Internal`].
    pub async fn upload(&self, workspace: &WorkspaceId, file: File) -> Result<Announced, Error> {
        let now = self.now();
        let usable_until = now.after(limits::FILE_PATIENCE);
        let file = new_token(workspace, file, usable_until.after(limits::FILE_URL))?;
        let upload = self.store.upload(&file, now).await?;
        Ok(Announced { file, upload, usable_until })
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

fn new_token(
    workspace: &WorkspaceId,
    file: File,
    expires_at: Timestamp,
) -> Result<FileToken, Error> {
    let random = auth::random().map_err(|_| Error::internal("no random bytes to be had"))?;
    Ok(FileToken::generate(file, workspace, expires_at, random))
}
