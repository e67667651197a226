//! Files that a run is started with, as their names and types came, and which of them are refused.

use super::limits;

/// A type that says nothing, of a file whose sender says nothing.
const ANY_TYPE: &str = "application/octet-stream";

/// Longest declared type, in bytes (RFC 6838, section 4.2: 127 for each of its two parts).
const MAX_TYPE_BYTES: usize = 255;

/// What is known of a file without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// Its media type, as its sender declares it.
    pub content_type: String,
    /// Its length.
    pub size_bytes: u64,
}

/// Why a file is refused, whatever it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is over [`limits::MAX_FILE_BYTES`].
    TooLarge,
    /// Its name is over [`limits::MAX_FILE_NAME_BYTES`], or has control characters.
    Name,
    /// Its type is no media type.
    Type,
    /// A system would run it.
    Executable,
}

/// Why files are refused that are not to be refused each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilesFault {
    /// They are more than [`limits::MAX_FILES`].
    TooMany,
    /// They are over [`limits::MAX_FILES_BYTES`] together.
    TooLarge,
}

/// How many of a file's first bytes tell whether a system would run it, and whether it is an image.
pub const TELLING_BYTES: usize = 16;

/// Endings of names of what a system, a shell, an interpreter or an installer runs when it is opened.
const EXECUTABLES: &[&str] = &[
    "apk", "app", "appimage", "bash", "bat", "bin", "cgi", "class", "cmd", "com", "command", "cpl",
    "csh", "deb", "dll", "dmg", "dylib", "elf", "exe", "fish", "gadget", "hta", "ipa", "jar", "js",
    "jse", "ksh", "lnk", "lua", "mjs", "msc", "msi", "msix", "msp", "phar", "php", "pif", "pkg",
    "pl", "ps1", "psd1", "psm1", "py", "pyc", "pyw", "rb", "reg", "rpm", "run", "scpt", "scr",
    "sh", "so", "sys", "vb", "vbe", "vbs", "wasm", "ws", "wsf", "wsh", "xpi", "zsh",
];

/// What such files begin with: Windows, Linux, macOS in both orders of bytes and for several
/// processors (as Java's classes do), and scripts, also behind a byte order mark.
const BEGINNINGS: &[&[u8]] = &[
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\xbe\xba\xfe\xca",
    b"#!",
    b"\xef\xbb\xbf#!",
];

impl File {
    /// A file as its sender declares it: without a folder, and with a type that says nothing where the sender does.
    ///
    /// # Errors
    /// [`FileFault`].
    pub fn declared(
        name: &str,
        content_type: Option<&str>,
        size_bytes: u64,
    ) -> Result<Self, FileFault> {
        if size_bytes > limits::MAX_FILE_BYTES {
            return Err(FileFault::TooLarge);
        }
        // Some browsers send the path of the file on their machine.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = if name.is_empty() { "file" } else { name };
        if name.len() > limits::MAX_FILE_NAME_BYTES || name.contains(char::is_control) {
            return Err(FileFault::Name);
        }
        let content_type = content_type.unwrap_or(ANY_TYPE);
        if !is_type(content_type) {
            return Err(FileFault::Type);
        }
        let file =
            Self { name: name.to_owned(), content_type: content_type.to_owned(), size_bytes };
        if file.is_named_executable() { Err(FileFault::Executable) } else { Ok(file) }
    }

    /// A file that is here, as its sender declares it.
    ///
    /// # Errors
    /// [`FileFault`].
    pub fn received(
        name: &str,
        content_type: Option<&str>,
        content: &[u8],
    ) -> Result<Self, FileFault> {
        let file = Self::declared(name, content_type, content.len() as u64)?;
        if begins_executable(content) { Err(FileFault::Executable) } else { Ok(file) }
    }

    /// Refuses too many files, of these sizes, or too much.
    ///
    /// # Errors
    /// [`FilesFault`].
    pub fn check_together(sizes_bytes: impl Iterator<Item = u64>) -> Result<(), FilesFault> {
        let (mut count, mut bytes) = (0, 0_u64);
        for size_bytes in sizes_bytes {
            count += 1;
            bytes = bytes.saturating_add(size_bytes);
        }
        if count > limits::MAX_FILES {
            return Err(FilesFault::TooMany);
        }
        if bytes > limits::MAX_FILES_BYTES { Err(FilesFault::TooLarge) } else { Ok(()) }
    }

    /// Whether its name is that of an executable or a script. Windows leaves out dots and spaces at
    /// the end, and what follows a colon.
    #[must_use]
    pub fn is_named_executable(&self) -> bool {
        let name = self.name.split(':').next().unwrap_or_default();
        let ending = name.trim_end_matches(['.', ' ']).rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| EXECUTABLES.contains(&ending.to_ascii_lowercase().as_str()))
    }
}

fn is_type(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    is_plain && text.len() <= MAX_TYPE_BYTES && text.contains('/')
}

/// The type of an image with these first bytes, [`TELLING_BYTES`] of them or all: one of the four that browsers and
/// models that see have in common.
#[must_use]
pub fn image_type(first: &[u8]) -> Option<&'static str> {
    let begins = |beginning: &[u8]| first.starts_with(beginning);
    if begins(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if begins(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if begins(b"GIF87a") || begins(b"GIF89a") {
        Some("image/gif")
    } else if begins(b"RIFF") && first.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

/// Whether a file with these first bytes, [`TELLING_BYTES`] of them or all, is an executable or a script.
#[must_use]
pub fn begins_executable(first: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| first.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> File {
        File { name: name.to_owned(), content_type: "text/plain".to_owned(), size_bytes: 1 }
    }

    #[test]
    fn an_executable_is_known_by_its_name() {
        for name in
            ["a.exe", "A.EXE", "a.txt.sh", "a.exe.", "a.exe . ", "a.ps1::$DATA", ".bat", "x.tar.py"]
        {
            assert!(named(name).is_named_executable(), "{name}");
        }
        for name in
            ["a.txt", "exe", "a.exe.txt", "report.pdf", "", ".", "a.", "sh.csv", "übersicht"]
        {
            assert!(!named(name).is_named_executable(), "{name}");
        }
    }

    #[test]
    fn an_executable_is_known_by_its_first_bytes() {
        for beginning in BEGINNINGS {
            assert!(begins_executable(beginning));
            assert!(begins_executable(&[beginning, &b"rest"[..]].concat()));
            assert!(!begins_executable(&beginning[..beginning.len() - 1]));
            assert!(beginning.len() <= TELLING_BYTES);
        }
        for text in [&b""[..], b"%PDF-1.7", b"PK\x03\x04", b"# heading", b" #!", b"\x89PNG"] {
            assert!(!begins_executable(text));
        }
    }

    #[test]
    fn an_image_is_known_by_its_first_bytes() {
        for (first, image) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some("image/jpeg")),
            (b"GIF87a", Some("image/gif")),
            (b"GIF89a\x01\0", Some("image/gif")),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x24\0\0\0WAVEfmt ", None),
            (b"RIFF", None),
            (b"\x89PNG\n", None),
            (b"<svg xmlns=", None),
            (b"", None),
        ] {
            assert_eq!(image_type(first), image, "{first:?}");
        }
    }

    #[test]
    fn a_file_is_declared_soundly_or_refused() {
        let of = |name: &str, content_type, size| File::declared(name, content_type, size);
        let file = of("C:\\dir\\a.pdf", Some("application/pdf"), 1).unwrap();
        assert_eq!((&*file.name, &*file.content_type), ("a.pdf", "application/pdf"));
        let file = of("dir/", None, 0).unwrap();
        assert_eq!((&*file.name, &*file.content_type), ("file", ANY_TYPE));
        for (name, content_type, size, fault) in [
            ("a", None, limits::MAX_FILE_BYTES + 1, FileFault::TooLarge),
            (&*"a".repeat(256), None, 1, FileFault::Name),
            ("a\n", None, 1, FileFault::Name),
            ("a", Some("pdf"), 1, FileFault::Type),
            ("a", Some("a/b\r\nX: y"), 1, FileFault::Type),
            ("a.exe", None, 1, FileFault::Executable),
        ] {
            assert_eq!(of(name, content_type, size), Err(fault), "{name}");
        }
        assert_eq!(File::received("a", None, b"#!/bin/sh"), Err(FileFault::Executable));
    }

    #[test]
    fn files_are_counted_and_measured_together() {
        let check = |size, count| File::check_together(std::iter::repeat_n(size, count));
        assert_eq!(check(1, 20), Ok(()));
        assert_eq!(check(1, 21), Err(FilesFault::TooMany));
        assert_eq!(check(limits::MAX_FILE_BYTES, 4), Ok(()));
        assert_eq!(check(limits::MAX_FILE_BYTES, 5), Err(FilesFault::TooLarge));
    }
}
