//! Files that the inputs of a start name: taken before there is a run, or there is none.

use futures::future::try_join_all;
use serde_json::Value;

use super::{Error, Runs, Uploaded};
use crate::{
    auth::FileToken,
    model::{FileFault, Timestamp, Trigger, limits},
    store::Idempotency,
};

/// A file that an input names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    /// Its id.
    pub file: FileToken,
    /// Whether it has to be an image.
    pub is_image: bool,
}

/// The files of a start.
pub struct Attachments<'s> {
    /// What is to be started.
    pub trigger: &'s Trigger,
    /// What a repeat of the start has in common with it.
    pub idempotency: Option<&'s Idempotency>,
    /// When the run is to begin, at once when absent.
    pub run_at: Option<Timestamp>,
    /// They.
    pub files: Vec<&'s WantedFile>,
}

/// What became of the files of a start.
#[derive(Debug)]
pub enum Attached {
    /// Each of them, in their order.
    Files(Vec<TakenFile>),
    /// Those that cannot be taken, each by its place among all.
    Refused(Vec<(usize, FileRefusal)>),
    /// An earlier call that this one repeats has started a run, with this input.
    Repeated(Value),
}

/// A file that its run can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFile {
    /// Its id, and what its sender says of it.
    pub file: FileToken,
    /// Its type: of an image by its first bytes, else as declared.
    pub media_type: String,
}

/// Why a file cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRefusal {
    /// It was not uploaded by this workspace, or too long ago.
    Missing,
    /// It will be gone while the run, which begins later, may still read it.
    TooEarly,
    /// It would be refused whatever it is for.
    Faulty(FileFault),
    /// It is no image.
    NoImage,
}

impl Runs {
    /// Takes the files of a start: one request each, and one or two more for a start with an idempotency key. A repeat
    /// has the files that the first call had, whatever became of them since.
    ///
    /// # Errors
    /// [`Error::Store`] (a retry is safe); [`Error::Internal`].
    pub async fn attach(&self, attachments: Attachments<'_>) -> Result<Attached, Error> {
        let Attachments { trigger, idempotency, run_at, files } = attachments;
        if files.is_empty() {
            return Ok(Attached::Files(Vec::new()));
        }
        if let Some(idempotency) = idempotency
            && let Some(input) = self.input_of_repeat(trigger, idempotency).await?
        {
            return Ok(Attached::Repeated(input));
        }
        let begins_at = self.now().max(run_at.unwrap_or_default());
        let taken = files.into_iter().map(|wanted| self.take(trigger, wanted, begins_at));
        let mut refused = Vec::new();
        let mut files = Vec::new();
        for (place, taken) in try_join_all(taken).await?.into_iter().enumerate() {
            match taken {
                Ok(file) => files.push(file),
                Err(refusal) => refused.push((place, refusal)),
            }
        }
        Ok(if refused.is_empty() { Attached::Files(files) } else { Attached::Refused(refused) })
    }

    /// The input of the run that an earlier call has started. Whether that had the same body, the start itself finds out.
    async fn input_of_repeat(
        &self,
        trigger: &Trigger,
        idempotency: &Idempotency,
    ) -> Result<Option<Value>, Error> {
        let Trigger { workspace, id, .. } = trigger;
        match self.store.recall(workspace, id, idempotency, self.now()).await? {
            Some(run) => Ok(self.store.input(run).await?),
            None => Ok(None),
        }
    }

    async fn take(
        &self,
        trigger: &Trigger,
        wanted: &WantedFile,
        begins_at: Timestamp,
    ) -> Result<Result<TakenFile, FileRefusal>, Error> {
        let WantedFile { file, is_image } = wanted;
        let is_here = file.lasts(self.now(), limits::FILE_URL);
        if is_here && !file.lasts(begins_at, limits::FILE_URL) {
            return Ok(Err(FileRefusal::TooEarly));
        }
        let image = match self.look_at(&trigger.workspace, file).await? {
            Uploaded::Usable { image } => image,
            Uploaded::Missing => return Ok(Err(FileRefusal::Missing)),
            Uploaded::Executable => {
                return Ok(Err(FileRefusal::Faulty(FileFault::Executable)));
            }
        };
        let media_type = match (is_image, image) {
            (true, None) => return Ok(Err(FileRefusal::NoImage)),
            (true, Some(image)) => image,
            (false, _) => &file.file.content_type,
        };
        Ok(Ok(TakenFile { file: file.clone(), media_type: media_type.to_owned() }))
    }
}
