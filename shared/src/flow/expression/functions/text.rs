//! Functions of texts and the formats of `@name`.

use super::engine::{Engine, Function, functions};
use crate::flow::expression::meter;
use crate::flow::expression::value::{Error, Key, Result, Value};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::rc::Rc;

pub(super) fn functions() -> impl Iterator<Item = Function> {
    functions![
        ("utf8bytelength", |input| text(&input, "utf8bytelength")
            .map(|text| Value::from(text.len()))),
        ("startswith", |input, part| both(&input, &part, "startswith() requires string inputs")
            .map(|(text, part)| Value::Bool(text.starts_with(part.as_str())))),
        ("endswith", |input, part| both(&input, &part, "endswith() requires string inputs")
            .map(|(text, part)| Value::Bool(text.ends_with(part.as_str())))),
        ("ltrimstr", |input, part| Ok(strip(&input, &part, |text, part| text.strip_prefix(part)))),
        ("rtrimstr", |input, part| Ok(strip(&input, &part, |text, part| text.strip_suffix(part)))),
        ("indices", |input, part| indices(&input, &part)),
        ("split", |input, separator| both(
            &input,
            &separator,
            "split input and separator must be strings"
        )
        .and_then(|_| input.clone() / separator.clone())),
        ("join", |input, separator| join(input, &separator)),
        ("escape_html", |input| escape(&input, |char| match char {
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '&' => Some("&amp;"),
            '\'' => Some("&#39;"),
            '"' => Some("&quot;"),
            _ => None,
        })),
        ("escape_sh", |input| escape(&input, |char| (char == '\'').then_some(r"'\''"))),
        ("csv_row", |input| row(&input, ",", |text| format!("\"{}\"", text.replace('"', "\"\"")))),
        ("tsv_row", |input| row(&input, "\t", |text| {
            text.replace('\\', "\\\\")
                .replace('\t', "\\t")
                .replace('\r', "\\r")
                .replace('\n', "\\n")
        })),
        ("decode_base64", |input| decode_base64(&input)),
        ("encode_base32", |input| encode_base32(&input)),
    ]
    .into_iter()
}

fn text<'a>(value: &'a Value, what: &str) -> Result<&'a Key> {
    match value {
        Value::Text(text) => {
            meter::work(1 + text.len() / 256);
            Ok(text)
        }
        other => Err(Error::str(format_args!("{} input to {what} must be a string", other.kind()))),
    }
}

fn both<'a>(left: &'a Value, right: &'a Value, refusal: &str) -> Result<(&'a Key, &'a Key)> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            meter::work(1 + right.len() / 256);
            Ok((left, right))
        }
        _ => Err(Error::str(refusal)),
    }
}

/// jq gives back what it cannot strip from.
fn strip(
    input: &Value,
    part: &Value,
    strip: for<'a> fn(&'a str, &str) -> Option<&'a str>,
) -> Value {
    let stripped = match (input, part) {
        (Value::Text(text), Value::Text(part)) => strip(text, part).map(Value::text),
        _ => None,
    };
    stripped.unwrap_or_else(|| input.clone())
}

/// Where a text occurs in a text, counted in characters and overlapping; in arrays as `.[part]`.
fn indices(value: &Value, part: &Value) -> Result {
    match (value, part) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::Text(_), Value::Text(part)) if part.is_empty() => Ok(Value::Null),
        (Value::Text(text), Value::Text(part)) => {
            meter::work(1 + text.len() / 64);
            let places = text.char_indices().enumerate();
            let found = places.filter(|(_, (offset, _))| {
                text.get(*offset..).is_some_and(|rest| rest.starts_with(part.as_str()))
            });
            Ok(found.map(|(at, _)| Value::from(at)).collect())
        }
        (Value::Array(_), Value::Array(_)) => jaq_core::ValT::index(value.clone(), part),
        (Value::Array(array), part) => {
            let found = array.items().iter().enumerate().filter(|(_, item)| *item == part);
            Ok(found.map(|(at, _)| Value::from(at)).collect())
        }
        (value, part) => Err(Error::str(format_args!(
            "Cannot determine indices of {} in {}",
            part.kind(),
            value.kind()
        ))),
    }
}

fn join(value: Value, separator: &Value) -> Result {
    let mut joined = String::new();
    let mut append = |part: &str| {
        meter::memory(2 * part.len());
        joined.push_str(part);
    };
    for (index, part) in jaq_core::ValT::values(value).enumerate() {
        match (index, separator) {
            (0, _) => {}
            (_, Value::Text(separator)) => append(separator),
            (_, other) => {
                return Err(Error::str(format_args!("Cannot join with {}", other.kind())));
            }
        }
        match part? {
            Value::Null => {}
            Value::Text(text) => append(&text),
            scalar @ (Value::Bool(_) | Value::Number(_)) => append(&scalar.to_string()),
            other => {
                return Err(Error::str(format_args!("Cannot join {} with a string", other.kind())));
            }
        }
    }
    Ok(Value::Text(Rc::new(joined)))
}

fn escape(value: &Value, replacement: fn(char) -> Option<&'static str>) -> Result {
    let text = text(value, "this format")?;
    let mut escaped = String::new();
    for char in text.chars() {
        match replacement(char) {
            Some(replacement) => escaped.push_str(replacement),
            None => escaped.push(char),
        }
    }
    Ok(Value::from(escaped))
}

fn row(value: &Value, separator: &str, quote: fn(&str) -> String) -> Result {
    let Value::Array(array) = value else {
        return Err(Error::str(format_args!(
            "{} cannot be formatted as a row, only an array can be",
            value.kind()
        )));
    };
    let mut row = String::new();
    for (index, cell) in array.items().iter().enumerate() {
        let cell = match cell {
            Value::Null => String::new(),
            Value::Text(text) => {
                meter::memory(4 * text.len());
                quote(text)
            }
            scalar @ (Value::Bool(_) | Value::Number(_)) => scalar.to_string(),
            other => {
                return Err(Error::str(format_args!("{} is not valid in a row", other.kind())));
            }
        };
        meter::memory(2 * (cell.len() + 1));
        row.push_str(if index == 0 { "" } else { separator });
        row.push_str(&cell);
    }
    Ok(Value::Text(Rc::new(row)))
}

/// Standard base64, padded or not, as jq reads it.
fn decode_base64(value: &Value) -> Result {
    const FORGIVING: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let text = text(value, "@base64d")?;
    meter::memory(text.len());
    let bytes = FORGIVING
        .decode(text.as_bytes())
        .map_err(|_| Error::str(format_args!("{} is not valid base64 data", value.kind())))?;
    Ok(Value::text(&String::from_utf8_lossy(&bytes)))
}

/// RFC 4648, section 6.
fn encode_base32(value: &Value) -> Result {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let text = text(value, "@base32")?;
    meter::memory(2 * text.len());
    let mut encoded = String::new();
    for block in text.as_bytes().chunks(5) {
        let bits = block
            .iter()
            .chain([0_u8; 5].iter())
            .take(5)
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let digits = (block.len() * 8).div_ceil(5);
        for place in 0..8 {
            let digit =
                ALPHABET.get((bits >> (35 - 5 * place) & 31) as usize).copied().unwrap_or_default();
            encoded.push(if place < digits { char::from(digit) } else { '=' });
        }
    }
    Ok(Value::from(encoded))
}
