//! An input that is a file or an image: how it is named, what the flow is told of it, and why it may be refused.

use serde_json::{Value, json};
use url::{Host, Url};

use crate::{
    auth::FileToken,
    http::files::url,
    model::{File, FileFault, FilesFault},
    runs::{FileRefusal, FileSource, TakenFile, WantedFile},
};

/// What is wrong with an input: kind of fault, and words.
pub(super) type Complaint = (&'static str, &'static str);

/// What holds for the files of a request.
#[derive(Clone, Copy)]
pub(super) struct FileRules<'a> {
    /// What their URLs begin with.
    pub(super) base: &'a str,
    /// Whether they may be named by addresses, which are fetched.
    pub(super) fetches: bool,
}

/// The file that a text names, by its id or its address.
pub(super) fn wanted(text: &str, is_image: bool, fetches: bool) -> Result<WantedFile, Complaint> {
    if let Ok(file) = FileToken::parse(text) {
        return Ok(WantedFile { source: FileSource::Uploaded(file), is_image });
    }
    let url = Url::parse(text)
        .map_err(|_| ("url_parsing", "Input should be the id of a file, or a valid URL"))?;
    // Whether that may be reached is the guard's to say.
    let is_local = url.scheme() == "http" && is_this_machine(&url);
    if url.scheme() != "https" && !is_local {
        return Err(("url_scheme", "URL scheme should be 'https'"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(("value_error", "URL should hold no credentials"));
    }
    if !fetches {
        return Err(("value_error", "A batch takes files by their ids: upload this one first"));
    }
    Ok(WantedFile { source: FileSource::At(url), is_image })
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Refuses too many files, or too much, as far as that is known already.
pub(super) fn check_together<'w>(files: impl Iterator<Item = &'w WantedFile>) -> Option<Complaint> {
    let sizes = files.map(|wanted| match &wanted.source {
        FileSource::Uploaded(file) => file.file.size_bytes,
        FileSource::At(_) => 0,
    });
    match File::check_together(sizes) {
        Ok(()) => None,
        Err(FilesFault::TooMany) => Some(("too_long", "A request has at most 20 files")),
        Err(FilesFault::TooLarge) => Some(("value_error", TOO_LARGE_TOGETHER)),
    }
}

const TOO_LARGE_TOGETHER: &str = "Files are over 100,000,000 bytes together";

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

/// Why a file was refused, in words.
pub(super) fn refused(refusal: FileRefusal) -> String {
    let message = match refusal {
        FileRefusal::Missing => "File was not uploaded, or more than 24 hours ago",
        FileRefusal::TooEarly => "Run should begin within 24 hours of the upload of its files",
        FileRefusal::Faulty(fault) => faulty(fault),
        FileRefusal::NoImage => "Image should be PNG, JPEG, GIF or WebP",
        FileRefusal::NotPublic => "URL should lead to a public address, by https",
        FileRefusal::Unreachable => "Server of the file cannot be reached",
        FileRefusal::Status(status) => {
            return format!("Server of the file answered with status {status}");
        }
        FileRefusal::TooManyRedirects => "Server of the file redirects too often",
        FileRefusal::Broken => "Server of the file broke off, or does not speak HTTP",
        FileRefusal::Slow => "Files should come within 10 seconds",
        FileRefusal::TooLargeTogether => TOO_LARGE_TOGETHER,
    };
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_https() {
        for (text, fault) in [
            ("https://example.com/a.pdf?signature=x", None),
            ("HTTPS://EXAMPLE.COM", None),
            ("http://example.com/a.pdf", Some("url_scheme")),
            ("http://127.0.0.1.example.com/a.pdf", Some("url_scheme")),
            ("http://10.0.0.1/a.pdf", Some("url_scheme")),
            // The guard refuses them where they are not allowed.
            ("http://localhost:3000/a.pdf", None),
            ("http://0x7f.1/a.pdf", None),
            ("http://[::1]/a.pdf", None),
            ("file:///etc/passwd", Some("url_scheme")),
            ("data:text/plain,a", Some("url_scheme")),
            ("a.pdf", Some("url_parsing")),
            ("https://", Some("url_parsing")),
            ("", Some("url_parsing")),
            ("https://user:secret@example.com/", Some("value_error")),
        ] {
            assert_eq!(wanted(text, false, true).err().map(|(kind, _)| kind), fault, "{text}");
        }
    }

    #[test]
    fn a_batch_takes_no_addresses() {
        assert!(wanted("https://example.com/a.pdf", false, false).is_err());
    }
}
