//! Files that the inputs of a start name: taken before there is a run, or there is none.

use futures::future::try_join_all;
use serde_json::Value;
use url::Url;

use super::{Error, Runs, Uploaded};
use crate::{
    auth::FileToken,
    model::{FileFault, Timestamp, Trigger, limits},
    store::Idempotency,
};

/// A file that an input names.
pub struct WantedFile {
    /// Where it is.
    pub source: FileSource,
    /// Whether it has to be an image.
    pub is_image: bool,
}

/// Where a file is that an input names.
pub enum FileSource {
    /// It was uploaded, and has this id.
    Uploaded(FileToken),
    /// It is to be fetched.
    At(Url),
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
    /// Its id, and what is known of it.
    pub file: FileToken,
    /// Its type: of an image by its first bytes, else as declared.
    pub media_type: String,
}

/// A file before anything is fetched.
enum Found<'w> {
    Here(TakenFile),
    /// And whether it has to be an image.
    At(&'w Url, bool),
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
    /// Its address leads to where nobody may be sent, or could be read on the way.
    NotPublic,
    /// Its server cannot be found or connected to.
    Unreachable,
    /// Its server answers with another status than 200.
    Status(u16),
    /// Its server redirects more often than is followed.
    TooManyRedirects,
    /// Its server broke off, or does not speak HTTP.
    Broken,
    /// It did not come in time.
    Slow,
    /// With those before it, it is over [`limits::MAX_FILES_BYTES`].
    TooLargeTogether,
}

impl Runs {
    /// Takes the files of a start: one request each, and one or two more for a start with an idempotency key. A repeat
    /// has the files that the first call had, whatever became of them since. What has to be fetched is so in order, one
    /// after another, so that one of them is in memory at a time, and not before those that were uploaded are found good.
    ///
    /// # Errors
    /// [`Error::RateLimited`]: what is fetched takes the tokens of a start, so that a caller whose starts are refused
    /// has no traffic made; [`Error::Store`] (a retry is safe, and takes further tokens); [`Error::Internal`].
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
        let looked = files.iter().map(|wanted| self.look(trigger, wanted, begins_at));
        let (mut found, mut refused) = (Vec::new(), Vec::new());
        for (place, looked) in try_join_all(looked).await?.into_iter().enumerate() {
            match looked {
                Ok(file) => found.push(file),
                Err(refusal) => refused.push((place, refusal)),
            }
        }
        if !refused.is_empty() {
            return Ok(Attached::Refused(refused));
        }
        if found.iter().any(|found| matches!(found, Found::At(..))) {
            let workspace = self.config.workspace(&trigger.workspace, self.now()).await?;
            let limits = workspace.map(|workspace| workspace.limits.clone()).unwrap_or_default();
            Box::pin(self.allow(&trigger.workspace, &limits)).await?;
        }
        let sizes = found.iter().map(|found| match found {
            Found::Here(taken) => taken.file.file.size_bytes,
            Found::At(..) => 0,
        });
        let mut allowance = self.allowance(sizes.sum());
        let mut all = Vec::with_capacity(found.len());
        for (place, found) in found.into_iter().enumerate() {
            let taken = match found {
                Found::Here(taken) => Ok(taken),
                Found::At(url, is_image) => {
                    let from = (url, is_image);
                    self.fetch(&trigger.workspace, from, begins_at, &mut allowance).await?
                }
            };
            match taken {
                Ok(file) => all.push(file),
                // Whoever is refused anyway waits for no more of them.
                Err(refusal) => return Ok(Attached::Refused(vec![(place, refusal)])),
            }
        }
        Ok(Attached::Files(all))
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

    /// Looks at a file if it was uploaded.
    async fn look<'w>(
        &self,
        trigger: &Trigger,
        wanted: &'w WantedFile,
        begins_at: Timestamp,
    ) -> Result<Result<Found<'w>, FileRefusal>, Error> {
        let file = match &wanted.source {
            FileSource::Uploaded(file) => file,
            FileSource::At(url) => return Ok(Ok(Found::At(url, wanted.is_image))),
        };
        let is_here = file.lasts(self.now(), limits::FILE_URL);
        if is_here && !file.lasts(begins_at, limits::FILE_URL) {
            return Ok(Err(FileRefusal::TooEarly));
        }
        let image = match self.look_at(&trigger.workspace, file).await? {
            Uploaded::Usable { image } => image,
            Uploaded::Missing => return Ok(Err(FileRefusal::Missing)),
            Uploaded::Executable => return Ok(Err(FileRefusal::Faulty(FileFault::Executable))),
        };
        let media_type = match (wanted.is_image, image) {
            (true, None) => return Ok(Err(FileRefusal::NoImage)),
            (true, Some(image)) => image,
            (false, _) => &file.file.content_type,
        };
        let media_type = media_type.to_owned();
        Ok(Ok(Found::Here(TakenFile { file: file.clone(), media_type })))
    }
}
