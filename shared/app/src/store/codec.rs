//! JSON in zstd: the form of everything that is stored as a whole.

use serde::{Serialize, de::DeserializeOwned};

use super::Error;

/// Largest JSON text, in bytes: an input of 4.5 MB or an output of 6 MB with much around it.
/// It also bounds what a damaged record can make us allocate.
const MAX_JSON_BYTES: usize = 32 * 1024 * 1024;

/// Deepest nesting that `serde_json` reads back; it refuses the 128th level. A value that could be
/// written and not read would leave a run that nobody can execute or end.
const MAX_NESTING: usize = 127;

/// The fastest level: the sizes that matter here differ little on higher ones.
const LEVEL: i32 = 1;

/// `value` as compressed JSON.
///
/// # Errors
/// [`Error::TooLarge`] when it could not be read back.
pub(super) fn encode<T: Serialize>(value: &T, what: &'static str) -> Result<Vec<u8>, Error> {
    let json = serde_json::to_vec(value).map_err(Error::internal)?;
    if json.len() > MAX_JSON_BYTES || nesting(&json) > MAX_NESTING {
        return Err(Error::TooLarge { what });
    }
    compress(&json)
}

/// What [`encode`] made of a value.
pub(super) fn decode<T: DeserializeOwned>(stored: &[u8], what: &'static str) -> Result<T, Error> {
    let json = decompress(stored, what)?;
    serde_json::from_slice(&json).map_err(|_| Error::Corrupt { what })
}

pub(super) fn compress(plain: &[u8]) -> Result<Vec<u8>, Error> {
    zstd::bulk::compress(plain, LEVEL).map_err(Error::internal)
}

pub(super) fn decompress(stored: &[u8], what: &'static str) -> Result<Vec<u8>, Error> {
    zstd::bulk::decompress(stored, MAX_JSON_BYTES).map_err(|_| Error::Corrupt { what })
}

/// How deep arrays and objects nest in a valid JSON text.
fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        if in_text {
            in_text = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::Null, |inner, _| json!([inner]))
    }

    #[test]
    fn nesting_is_counted_outside_of_texts_only() {
        for (json, levels) in [
            ("1", 0),
            ("[]", 1),
            ("[[],{\"a\":[]}]", 3),
            (r#"["[[[["]"#, 1),
            (r#"["\"[[[","\\",[]]"#, 2),
            (r#"["\\\"[[["]"#, 1),
        ] {
            assert_eq!(nesting(json.as_bytes()), levels, "{json}");
        }
    }

    #[test]
    fn what_is_accepted_can_be_read_back() {
        let deepest = nested(MAX_NESTING);
        let stored = encode(&deepest, "value").unwrap();
        assert_eq!(decode::<Value>(&stored, "value").unwrap(), deepest);
        let deeper = encode(&nested(MAX_NESTING + 1), "value");
        assert!(matches!(deeper, Err(Error::TooLarge { what: "value" })));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let bomb = compress(&vec![b' '; MAX_JSON_BYTES + 1]).unwrap();
        assert!(bomb.len() < 10_000);
        assert!(matches!(decode::<Value>(&bomb, "input"), Err(Error::Corrupt { what: "input" })));
    }
}
