//! `--input`: JSON on the command line, from a file or from standard input.

use std::{
    fs::File,
    io::{self, Read},
};

use serde_json::Value;
use shared::model::limits::MAX_BODY_BYTES;

use crate::error::Error;

/// Reads a run's input. Nothing said is an empty object.
pub(crate) fn read(given: Option<&str>) -> Result<Value, Error> {
    let (name, bytes) = match given {
        None => return Ok(Value::Object(serde_json::Map::new())),
        Some("-") => ("standard input", bounded(io::stdin().lock())),
        Some(given) => match given.strip_prefix('@') {
            Some(path) => (path, File::open(path).and_then(bounded)),
            None => ("--input", Ok(given.as_bytes().to_vec())),
        },
    };
    let bytes = bytes.map_err(|error| Error::because(format!("cannot read `{name}`"), error))?;
    if bytes.len() > MAX_BODY_BYTES {
        return Err(Error::Failed(format!(
            "`{name}` is larger than an input may be: {MAX_BODY_BYTES} bytes"
        )));
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| Error::Usage(format!("`{name}` is not JSON: {error}")))
}

/// One byte more than an input may have, so that it is seen to be too large.
fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_BODY_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    #[test]
    fn an_input_comes_from_the_command_line_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input.json");
        fs::write(&path, r#"{"a": 1}"#).unwrap();
        let file = format!("@{}", path.display());
        let cases = [
            (None, json!({})),
            (Some(r#"{"a": 1}"#), json!({"a": 1})),
            (Some(&*file), json!({"a": 1})),
        ];
        for (given, input) in cases {
            assert_eq!(read(given).unwrap(), input, "{given:?}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        let text = read(Some("{\"a\": }")).unwrap_err().to_string();
        assert!(text.starts_with("`--input` is not JSON") && text.contains("column 7"), "{text}");
        let deep = "[".repeat(10_000);
        assert!(read(Some(&deep)).is_err());
        assert!(read(Some("@absent.json")).unwrap_err().to_string().contains("absent.json"));
    }
}
