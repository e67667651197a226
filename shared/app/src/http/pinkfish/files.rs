//! Files of a request: in what words one is refused, and what a flow is told of one.

use serde_json::{Value, json};

use super::Error;
use crate::{
    auth::FileToken,
    http::files::url,
    model::{File, FileFault, FilesFault, Timestamp, WorkspaceId},
    runs::{NewFile, Uploaded},
};

/// A file that was refused, which is called `what`.
pub(super) fn refused(what: &str, fault: FileFault) -> Error {
    let problem = match fault {
        FileFault::TooLarge => {
            return Error::FileTooLarge(format!("{what} is over 25,000,000 bytes"));
        }
        FileFault::Name => ": its name is over 255 bytes, or has control characters",
        FileFault::Type => ": its type is none",
        FileFault::Executable => " is an executable or a script",
    };
    Error::Invalid(format!("{what}{problem}"))
}

/// The file that came with a request of a workspace at `now`, as file number `position` of it.
pub(super) fn received(
    position: usize,
    (name, content_type): (&str, Option<&str>),
    content: &[u8],
    (workspace, now): (&WorkspaceId, Timestamp),
) -> Result<NewFile, Error> {
    let file = File::received(name, content_type, content);
    let file = file.map_err(|fault| refused(&numbered(position), fault))?;
    Ok(NewFile::of(workspace, file, content.to_owned(), now)?)
}

/// Refuses too many files, or too much.
pub(super) fn check_together<'f>(files: impl Iterator<Item = &'f File>) -> Result<(), Error> {
    File::check_together(files.map(|file| file.size_bytes)).map_err(|fault| match fault {
        FilesFault::TooMany => Error::Invalid("A request has at most 20 files".to_owned()),
        FilesFault::TooLarge => {
            Error::FileTooLarge("The files are over 100,000,000 bytes together".to_owned())
        }
    })
}

/// Refuses files that are not there or not wanted; the first of them is file number `first`.
pub(super) fn check_uploaded(first: usize, uploaded: &[Uploaded]) -> Result<(), Error> {
    for (position, uploaded) in (first..).zip(uploaded) {
        let what = numbered(position);
        match uploaded {
            Uploaded::Usable { .. } => {}
            Uploaded::Executable => return Err(refused(&what, FileFault::Executable)),
            Uploaded::Missing => {
                let problem = "was not uploaded, or more than 24 hours ago";
                return Err(Error::Invalid(format!("{what} {problem}")));
            }
        }
    }
    Ok(())
}

/// What a flow is told of a file. `base` is what its URL begins with.
pub(super) fn told(base: &str, token: &FileToken) -> Value {
    let File { name, content_type, size_bytes } = &token.file;
    json!({
        "name": name,
        "contentType": content_type,
        "size": size_bytes,
        "url": url(base, token),
    })
}

fn numbered(position: usize) -> String {
    format!("File {position}")
}
