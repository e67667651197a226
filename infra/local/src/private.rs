//! Folders and files that only their owner may read: they hold keys and every run's data.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    path::Path,
};

use serde::Serialize;

/// Makes a folder, and those above it, that only this user can enter. One that is there stays as it is.
///
/// # Errors
/// What the system says.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file that only this user can read and write. One that is there stays as it is.
///
/// # Errors
/// What the system says.
pub(crate) fn make_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Writes a JSON document that only this user can read. Readers see the old one, or all of the new one.
///
/// # Errors
/// What the system says; the old document is still there then.
pub fn write_document(path: &Path, document: &impl Serialize) -> io::Result<()> {
    let unfinished = path.with_extension("json.new");
    // One of a process that died has unknown rights; a new one gets these.
    let _ = fs::remove_file(&unfinished);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut text = serde_json::to_vec_pretty(document)?;
    text.push(b'\n');
    options.open(&unfinished)?.write_all(&text)?;
    fs::rename(&unfinished, path)
}
