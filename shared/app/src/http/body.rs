//! JSON bodies, read so that nothing is lost on the way: what cannot be represented is refused.

use serde_json::Value;

use crate::model::limits;

/// Why a body is not usable JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Over [`limits::MAX_BODY_BYTES`].
    TooLarge,
    /// Nothing there.
    Missing,
    /// Not JSON, or JSON that no run could have.
    Invalid(Fault),
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Its byte offset.
    pub(super) offset: usize,
    /// In words.
    pub(super) message: String,
}

/// The body as JSON.
pub(super) fn read(bytes: &[u8]) -> Result<Value, Unreadable> {
    if bytes.len() > limits::MAX_BODY_BYTES {
        return Err(Unreadable::TooLarge);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Missing);
    }
    match (serde_json::from_slice(bytes), unfit(bytes)) {
        (Ok(value), None) => Ok(value),
        (Ok(_), Some(unfit)) => Err(Unreadable::Invalid(unfit)),
        (Err(error), unfit) => {
            let message = without_position(&error.to_string());
            let malformed = Fault { offset: offset(bytes, &error), message };
            let first = unfit.filter(|unfit| unfit.offset <= malformed.offset);
            Err(Unreadable::Invalid(first.unwrap_or(malformed)))
        }
    }
}

/// Where the parser stopped.
fn offset(bytes: &[u8], error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return bytes.len();
    }
    // Lines and columns count from 1, columns in bytes.
    let before: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (before + error.column().saturating_sub(1)).min(bytes.len())
}

/// `serde_json` ends its messages with the position that we give apart.
fn without_position(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// The first integer that would be rounded, which the parser does silently, or the first bracket
/// that nests too deeply. Right up to the first place that is not JSON.
fn unfit(json: &[u8]) -> Option<Fault> {
    let fault = |offset, message: String| Some(Fault { offset, message });
    let (mut position, mut depth) = (0, 0_usize);
    let mut in_string = false;
    while let Some(&byte) = json.get(position) {
        match byte {
            b'\\' if in_string => position += 1,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' if depth == limits::MAX_JSON_DEPTH => {
                let deepest = limits::MAX_JSON_DEPTH;
                return fault(position, format!("nested more than {deepest} levels deep"));
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let rest = json.get(position..).unwrap_or_default();
                let end = rest.iter().position(|byte| !is_number_part(*byte)).unwrap_or(rest.len());
                if !fits(rest.get(..end).unwrap_or_default()) {
                    let message = "integer does not fit into 64 bits; send it as a string";
                    return fault(position, message.to_owned());
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
    use lambda_http::Body;

    use super::*;

    fn read_text(text: &str) -> Result<Value, Unreadable> {
        read(&Body::from(text))
    }

    #[test]
    fn integers_are_exact_or_refused() {
        let exact = r#"{"a": 18446744073709551615, "b": -9223372036854775808, "c": "99999999999999999999", "d": 1e3}"#;
        assert!(read_text(exact).is_ok());
        let rounded = r#"{"a": 18446744073709551616}"#;
        assert!(matches!(read_text(rounded), Err(Unreadable::Invalid(Fault { offset: 6, .. }))));
    }

    #[test]
    fn a_fault_is_named_by_its_byte_offset() {
        let text = "{\n  \"a\": nope\n}";
        let Err(Unreadable::Invalid(Fault { offset, message })) = read_text(text) else {
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
    fn the_first_fault_of_a_text_is_named() {
        for (text, expected, word) in [
            (r#"{"a": [1"#.to_owned(), 8, "EOF"),
            ("[99999999999999999999, x]".to_owned(), 1, "64 bits"),
            ("[x, 99999999999999999999]".to_owned(), 1, "expected value"),
            (format!("[x, {}", "[".repeat(10_000)), 1, "expected value"),
        ] {
            let Err(Unreadable::Invalid(Fault { offset, message })) = read_text(&text) else {
                panic!("accepted: {text}")
            };
            assert_eq!(offset, expected, "{message}");
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn what_nests_too_deeply_is_refused_where_it_does() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read_text(&nested(limits::MAX_JSON_DEPTH)).is_ok());
        // Brackets in a text and those that were closed do not count.
        assert!(read_text(&format!("[\"{}\"{}]", "[".repeat(200), ",[]".repeat(200))).is_ok());
        for depth in [limits::MAX_JSON_DEPTH + 1, 127, 128, 129, 10_000] {
            let Err(Unreadable::Invalid(Fault { offset, message })) = read_text(&nested(depth))
            else {
                panic!("accepted {depth} levels")
            };
            assert_eq!(offset, limits::MAX_JSON_DEPTH);
            assert_eq!(message, format!("nested more than {} levels deep", limits::MAX_JSON_DEPTH));
        }
    }

    #[test]
    fn what_is_not_text_is_invalid() {
        let not_text = Body::Binary(b"{\"a\": \"\xff\"}".to_vec());
        assert!(matches!(read(&not_text), Err(Unreadable::Invalid(_))));
    }

    #[test]
    fn an_empty_body_is_missing() {
        assert_eq!(read_text(" \n"), Err(Unreadable::Missing));
    }
}
