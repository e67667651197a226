//! Files that a run is started with, as their names and types came, and which of them are refused.

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

/// How many of a file's first bytes tell whether a system would run it.
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
    /// Whether its name is that of an executable or a script. Windows leaves out dots and spaces at
    /// the end, and what follows a colon.
    #[must_use]
    pub fn is_named_executable(&self) -> bool {
        let name = self.name.split(':').next().unwrap_or_default();
        let ending = name.trim_end_matches(['.', ' ']).rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| EXECUTABLES.contains(&ending.to_ascii_lowercase().as_str()))
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
}
