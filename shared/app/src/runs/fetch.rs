//! Files that a start names by their addresses: fetched through the guard before there is a run, and stored, so that
//! the run reads what was looked at, however often and whatever lies at the address then.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;

use super::{Error, FileRefusal, NewFile, Runs, TakenFile};
use crate::{
    egress::{self, ErrorKind},
    model::{File, FileFault, Timestamp, WorkspaceId, image_type, limits},
};

/// What files may still take that are fetched for one start, one after another.
pub(super) struct Allowance {
    /// When they have to be here.
    ends_at: Timestamp,
    bytes: u64,
}

impl Runs {
    /// For a start that has files of this size already.
    pub(super) fn allowance(&self, size_bytes: u64) -> Allowance {
        let ends_at = self.now().after(self.settings.fetch);
        Allowance { ends_at, bytes: limits::MAX_FILES_BYTES.saturating_sub(size_bytes) }
    }

    /// Fetches a file, and stores it for a run that begins at `begins_at`. It is in memory as a whole meanwhile.
    pub(super) async fn fetch(
        &self,
        workspace: &WorkspaceId,
        (url, is_image): (&Url, bool),
        begins_at: Timestamp,
        allowance: &mut Allowance,
    ) -> Result<Result<TakenFile, FileRefusal>, Error> {
        if begins_at.since(self.now()) > limits::FILE_PATIENCE {
            return Ok(Err(FileRefusal::TooEarly));
        }
        let (file, content) = match self.get(url, is_image, allowance).await {
            Ok(got) => got,
            Err(refusal) => return Ok(Err(refusal)),
        };
        allowance.bytes = allowance.bytes.saturating_sub(file.size_bytes);
        let NewFile { token: file, content } = NewFile::of(workspace, file, content, begins_at)?;
        self.store.put_file(&file, content).await?;
        let media_type = file.file.content_type.clone();
        Ok(Ok(TakenFile { file, media_type }))
    }

    async fn get(
        &self,
        url: &Url,
        is_image: bool,
        allowance: &Allowance,
    ) -> Result<(File, Vec<u8>), FileRefusal> {
        let left = allowance.ends_at.since(self.now());
        if left == Duration::ZERO {
            return Err(FileRefusal::Slow);
        }
        let most = limits::MAX_FILE_BYTES.min(allowance.bytes);
        let most_bytes = usize::try_from(most).unwrap_or(usize::MAX);
        let answer = self.egress.fetch(url.as_str(), most_bytes, left).await;
        let answer = answer.map_err(|error| match error.kind() {
            ErrorKind::TooLarge if most < limits::MAX_FILE_BYTES => FileRefusal::TooLargeTogether,
            _ => refusal_of(&error),
        })?;
        if answer.status != 200 {
            return Err(FileRefusal::Status(answer.status));
        }
        let content = Vec::from(answer.body);
        let content_type = answer.headers.iter().find(|(name, _)| name == "content-type");
        let content_type = content_type.map(|(_, value)| value.as_str());
        let image = image_type(&content);
        let content_type = match (is_image, image) {
            (true, None) => return Err(FileRefusal::NoImage),
            (true, image) => image,
            (false, _) => content_type,
        };
        let received = |content_type| File::received(&name_of(url), content_type, &content);
        let file = match received(content_type) {
            // Some servers send what is none.
            Err(FileFault::Type) => received(None),
            received => received,
        };
        Ok((file.map_err(FileRefusal::Faulty)?, content))
    }
}

/// The end of the address's path.
fn name_of(url: &Url) -> String {
    let last = url.path().rsplit('/').next().unwrap_or_default();
    percent_decode_str(last).decode_utf8_lossy().into_owned()
}

fn refusal_of(error: &egress::Error) -> FileRefusal {
    match error.kind() {
        ErrorKind::InvalidRequest | ErrorKind::Refused => FileRefusal::NotPublic,
        ErrorKind::Dns | ErrorKind::Connect => FileRefusal::Unreachable,
        ErrorKind::Timeout => FileRefusal::Slow,
        ErrorKind::Closed | ErrorKind::Protocol => FileRefusal::Broken,
        ErrorKind::TooManyRedirects => FileRefusal::TooManyRedirects,
        ErrorKind::TooLarge => FileRefusal::Faulty(FileFault::TooLarge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_as_the_end_of_its_address() {
        for (url, name) in [
            ("https://example.com/dir/report.pdf?signature=x#page=2", "report.pdf"),
            ("https://example.com/na%C3%AFve%20%2F..%2Fb.txt", "naïve /../b.txt"),
            ("https://example.com/%ff", "\u{fffd}"),
            ("https://example.com/dir/", ""),
            ("https://example.com", ""),
        ] {
            assert_eq!(name_of(&Url::parse(url).unwrap()), name, "{url}");
        }
    }
}
