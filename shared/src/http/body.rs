//! JSON bodies, read so that nothing is lost on the way: what cannot be represented is refused.

use lambda_http::Body;
use serde_json::Value;

use crate::model::limits;

/// Why a body is not usable JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Over [`limits::MAX_BODY_BYTES`].
    TooLarge,
    /// Nothing there.
    Missing,
    /// Not JSON, or JSON that cannot be held exactly.
    Invalid {
        /// Byte offset of the fault.
        offset: usize,
        /// What is wrong.
        message: String,
    },
}

/// The body as JSON.
pub(super) fn read(body: &Body) -> Result<Value, Unreadable> {
    let bytes: &[u8] = body.as_ref();
    if bytes.len() > limits::MAX_BODY_BYTES {
        return Err(Unreadable::TooLarge);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Missing);
    }
    let value = serde_json::from_slice(bytes).map_err(|error| Unreadable::Invalid {
        offset: offset(bytes, error.line(), error.column()),
        message: without_position(&error.to_string()),
    })?;
    match inexact_integer(bytes) {
        None => Ok(value),
        Some(offset) => Err(Unreadable::Invalid {
            offset,
            message: "integer does not fit into 64 bits; send it as a string".to_owned(),
        }),
    }
}

/// Where `line` (from 1) and `column` (from 1, in bytes) lie.
fn offset(bytes: &[u8], line: usize, column: usize) -> usize {
    let before: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (before + column.saturating_sub(1)).min(bytes.len())
}

/// `serde_json` ends its messages with the position that we give apart.
fn without_position(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// Where an integer stands that would be rounded. The parser takes it for a float, silently.
fn inexact_integer(json: &[u8]) -> Option<usize> {
    let mut position = 0;
    let mut in_string = false;
    while let Some(&byte) = json.get(position) {
        match byte {
            b'\\' if in_string => position += 1,
            b'"' => in_string = !in_string,
            b'-' | b'0'..=b'9' if !in_string => {
                let rest = json.get(position..).unwrap_or_default();
                let end = rest.iter().position(|byte| !is_number_part(*byte)).unwrap_or(rest.len());
                if !fits(rest.get(..end).unwrap_or_default()) {
                    return Some(position);
                }
                position += end;
                continue;
            }
            _ => {}
        }
        position += 1;
    }
    None
}

const fn is_number_part(byte: u8) -> bool {
    matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
}

/// Floats are what they are; integers must be held exactly.
fn fits(number: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(number) else { return true };
    text.contains(['.', 'e', 'E']) || text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Value, Unreadable> {
        read(&Body::from(text))
    }

    #[test]
    fn integers_are_exact_or_refused() {
        let exact = r#"{"a": 18446744073709551615, "b": -9223372036854775808, "c": "99999999999999999999", "d": 1e3}"#;
        assert!(read_text(exact).is_ok());
        let rounded = r#"{"a": 18446744073709551616}"#;
        assert!(matches!(read_text(rounded), Err(Unreadable::Invalid { offset: 6, .. })));
    }

    #[test]
    fn a_fault_is_named_by_its_byte_offset() {
        let text = "{\n  \"a\": nope\n}";
        let Err(Unreadable::Invalid { offset, message }) = read_text(text) else {
            panic!("accepted")
        };
        assert_eq!(&text[offset - 1..=offset], "no");
        assert!(!message.contains("line"), "{message}");
    }

    #[test]
    fn a_digit_inside_a_string_is_not_a_number() {
        assert!(read_text(r#"{"a\"": "x 99999999999999999999 \" 99999999999999999999"}"#).is_ok());
    }

    #[test]
    fn what_is_too_deep_or_not_text_is_invalid() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert!(matches!(read_text(&deep), Err(Unreadable::Invalid { .. })));
        let not_text = Body::Binary(b"{\"a\": \"\xff\"}".to_vec());
        assert!(matches!(read(&not_text), Err(Unreadable::Invalid { .. })));
    }

    #[test]
    fn an_empty_body_is_missing() {
        assert_eq!(read_text(" \n"), Err(Unreadable::Missing));
    }
}
