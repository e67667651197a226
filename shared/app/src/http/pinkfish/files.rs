//! Files of a request: which are taken, and what a flow is told of one.

use serde_json::{Value, json};

use super::Error;
use crate::{
    auth::{self, FileToken},
    model::{File, Timestamp, begins_executable, limits},
    runs::{NewFile, Uploaded},
};

/// A type that says nothing, of a file whose sender says nothing.
const ANY_TYPE: &str = "application/octet-stream";

/// Longest declared type, in bytes (RFC 6838, section 4.2: 127 for each of its two parts).
const MAX_TYPE_BYTES: usize = 255;

/// What is known of a file from what its sender says of it. Refused is `what`, where it is not sound.
pub(super) fn file(
    what: &str,
    name: &str,
    content_type: Option<&str>,
    size_bytes: u64,
) -> Result<File, Error> {
    let invalid = |problem: &str| Error::Invalid(format!("{what}{problem}"));
    // Some browsers send the path of the file on their machine.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = if name.is_empty() { "file" } else { name };
    if name.len() > limits::MAX_FILE_NAME_BYTES || name.contains(char::is_control) {
        return Err(invalid(": its name is over 255 bytes, or has control characters"));
    }
    let content_type = content_type.unwrap_or(ANY_TYPE);
    let is_type = |text: &str| {
        let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        is_plain && text.len() <= MAX_TYPE_BYTES && text.contains('/')
    };
    if !is_type(content_type) {
        return Err(invalid(": its type is none"));
    }
    if size_bytes > limits::MAX_FILE_BYTES {
        return Err(Error::FileTooLarge(format!("{what} is over 25,000,000 bytes")));
    }
    let file = File { name: name.to_owned(), content_type: content_type.to_owned(), size_bytes };
    if file.is_named_executable() { Err(executable(what)) } else { Ok(file) }
}

/// The id of a file that came with a request at `now`, as file number `position` of it.
pub(super) fn received(
    position: usize,
    name: &str,
    content_type: Option<&str>,
    content: &[u8],
    now: Timestamp,
) -> Result<NewFile, Error> {
    let what = numbered(position);
    let file = file(&what, name, content_type, content.len() as u64)?;
    if begins_executable(content) {
        return Err(executable(&what));
    }
    let token = token(file, now.after(limits::FILE_URL))?;
    Ok(NewFile { token, content: content.to_owned() })
}

/// The id of a file that is going to be uploaded: its URL works long enough for a start that comes as
/// late as may be.
pub(super) fn announced(file: File, now: Timestamp) -> Result<FileToken, Error> {
    token(file, now.after(limits::FILE_PATIENCE).after(limits::FILE_URL))
}

fn token(file: File, expires_at: Timestamp) -> Result<FileToken, Error> {
    let random = auth::random();
    let random = random.map_err(|_| Error::failed("no random bytes to be had"))?;
    Ok(FileToken::generate(file, expires_at, random))
}

/// Refuses too many files, or too much.
pub(super) fn check_together<'f>(files: impl Iterator<Item = &'f File>) -> Result<(), Error> {
    let (mut count, mut bytes) = (0, 0_u64);
    for file in files {
        count += 1;
        bytes = bytes.saturating_add(file.size_bytes);
    }
    if count > limits::MAX_FILES {
        return Err(Error::Invalid("A request has at most 20 files".to_owned()));
    }
    if bytes > limits::MAX_FILES_BYTES {
        return Err(Error::FileTooLarge(
            "The files are over 100,000,000 bytes together".to_owned(),
        ));
    }
    Ok(())
}

/// Refuses files that are not there or not wanted; the first of them is file number `first`.
pub(super) fn check_uploaded(first: usize, uploaded: &[Uploaded]) -> Result<(), Error> {
    for (position, uploaded) in (first..).zip(uploaded) {
        let what = numbered(position);
        match uploaded {
            Uploaded::Usable => {}
            Uploaded::Executable => return Err(executable(&what)),
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
        "url": format!("{base}/{}", token.expose()),
    })
}

fn numbered(position: usize) -> String {
    format!("File {position}")
}

fn executable(what: &str) -> Error {
    Error::Invalid(format!("{what} is an executable or a script"))
}
