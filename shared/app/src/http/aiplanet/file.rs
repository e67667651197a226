//! An input that is a file or an image: how it is named, what the flow is told of it, and why it may be refused.

use serde_json::{Value, json};
use url::Url;

use super::input::Faults;
use crate::{
    auth::FileToken,
    http::files::url,
    model::{File, FileFault, FilesFault},
    runs::{FileRefusal, TakenFile, WantedFile},
};

/// The file that a text names. An address stays a text, whose form is looked at.
pub(super) fn wanted(
    text: &str,
    is_image: bool,
) -> Result<Option<WantedFile>, (&'static str, &'static str)> {
    if let Ok(file) = FileToken::parse(text) {
        return Ok(Some(WantedFile { file, is_image }));
    }
    let Ok(url) = Url::parse(text) else {
        return Err(("url_parsing", "Input should be the id of a file, or a valid URL"));
    };
    if url.scheme() != "https" {
        return Err(("url_scheme", "URL scheme should be 'https'"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(("value_error", "URL should hold no credentials"));
    }
    Ok(None)
}

/// Refuses too many files, or too much.
pub(super) fn check_together<'w>(files: impl Iterator<Item = &'w WantedFile>, faults: &mut Faults) {
    let together = File::check_together(files.map(|wanted| &wanted.file.file));
    let (kind, message) = match together {
        Ok(()) => return,
        Err(FilesFault::TooMany) => ("too_long", "A request has at most 20 files"),
        Err(FilesFault::TooLarge) => ("value_error", "Files are over 100,000,000 bytes together"),
    };
    faults.add(kind, || json!(["body", "inputs"]), message, &Value::Null);
}

/// What the flow is told of a file.
pub(super) fn told(base: &str, taken: &TakenFile, is_url: bool) -> Value {
    let TakenFile { file, media_type } = taken;
    let url = url(base, file);
    if is_url {
        return url.into();
    }
    let File { name, size_bytes, .. } = &file.file;
    json!({"name": name, "media_type": media_type, "size_bytes": size_bytes, "url": url})
}

/// What is wrong with a file, whatever it is for.
pub(super) const fn faulty(fault: FileFault) -> &'static str {
    match fault {
        FileFault::TooLarge => "File is over 25,000,000 bytes",
        FileFault::Name => "File name should have at most 255 bytes, and no control characters",
        FileFault::Type => "Media type should be one, such as 'application/pdf'",
        FileFault::Executable => "File is an executable or a script",
    }
}

/// Kind of fault, and words.
pub(super) fn refused(refusal: FileRefusal) -> (&'static str, String) {
    let message = match refusal {
        FileRefusal::Missing => "File was not uploaded, or more than 24 hours ago",
        FileRefusal::TooEarly => "Run should begin within 24 hours of the upload of its files",
        FileRefusal::Faulty(fault) => faulty(fault),
        FileRefusal::NoImage => "Image should be PNG, JPEG, GIF or WebP",
    };
    ("value_error", message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_an_https_address() {
        for (text, fault) in [
            ("https://example.com/a.pdf?signature=x", None),
            ("HTTPS://EXAMPLE.COM", None),
            ("http://example.com/a.pdf", Some("url_scheme")),
            ("file:///etc/passwd", Some("url_scheme")),
            ("data:text/plain,a", Some("url_scheme")),
            ("a.pdf", Some("url_parsing")),
            ("https://", Some("url_parsing")),
            ("", Some("url_parsing")),
            ("https://user:secret@example.com/", Some("value_error")),
        ] {
            assert_eq!(wanted(text, false).err().map(|(kind, _)| kind), fault, "{text}");
        }
    }
}
