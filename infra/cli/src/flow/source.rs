//! Reading a flow's text, from a file or from standard input.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use shared::model::limits::MAX_FLOW_BYTES;

use crate::error::Error;

/// A flow's text, and what to call it in messages.
pub(super) struct Source {
    /// The path as it was given; `<stdin>` for standard input.
    pub(super) name: String,
    /// The text.
    pub(super) text: String,
}

impl Source {
    /// Reads the file at `path`; `-` is standard input.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let is_stdin = path.as_os_str() == "-";
        let name = if is_stdin { "<stdin>".to_owned() } else { path.display().to_string() };
        let failed = |error: io::Error| Error::because(format!("cannot read `{name}`"), error);
        let bytes =
            if is_stdin { bounded(io::stdin().lock()) } else { File::open(path).and_then(bounded) };
        let bytes = bytes.map_err(failed)?;
        if bytes.len() > MAX_FLOW_BYTES {
            let most = MAX_FLOW_BYTES / 1024;
            return Err(Error::Failed(format!("`{name}` is larger than a flow may be: {most} KB")));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let sound = error.utf8_error().valid_up_to();
                Err(Error::Failed(format!("`{name}` is not UTF-8: see byte {sound}")))
            }
        }
    }
}

/// One byte more than a flow may have, so that it is seen to be too large.
fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_FLOW_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_is_no_flow_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let cases: [(&str, Vec<u8>, &str); 2] = [
            ("large.yaml", vec![b' '; MAX_FLOW_BYTES + 1], "larger"),
            ("latin.yaml", b"name: gr\xfc\xdfe".to_vec(), "see byte 8"),
        ];
        for (name, bytes, message) in cases {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let Err(error) = Source::read(&path) else { panic!("{name} was read") };
            let text = error.to_string();
            assert!(text.contains(name) && text.contains(message), "{text}");
        }
        assert!(Source::read(&folder.path().join("absent.yaml")).is_err());
    }
}
