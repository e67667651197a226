//! Functions of texts and the formats of `@name`.

use super::engine::{Engine, Function, functions};
use crate::flow::expression::meter;
use crate::flow::expression::value::{Error, Key, Result, TextBuilder, Value};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

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
        ("csv_row", |input| row(&input, ",", "\"", |char| (char == '"').then_some("\"\""))),
        ("tsv_row", |input| row(&input, "\t", "", |char| match char {
            '\\' => Some("\\\\"),
            '\t' => Some("\\t"),
            '\r' => Some("\\r"),
            '\n' => Some("\\n"),
            _ => None,
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
        (Value::Text(text), Value::Text(part)) => {
            meter::work(1 + part.len() / 256);
            strip(text, part).map(Value::text)
        }
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
                meter::work(part.len() / 256);
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
    let mut joined = TextBuilder::default();
    for (index, part) in jaq_core::ValT::values(value).enumerate() {
        match (index, separator) {
            (0, _) => {}
            (_, Value::Text(separator)) => joined.push(separator),
            (_, other) => {
                return Err(Error::str(format_args!("Cannot join with {}", other.kind())));
            }
        }
        match part? {
            Value::Null => {}
            Value::Text(text) => joined.push(&text),
            scalar @ (Value::Bool(_) | Value::Number(_)) => joined.push_json(&scalar),
            other => {
                return Err(Error::str(format_args!("Cannot join {} with a string", other.kind())));
            }
        }
    }
    Ok(joined.finish())
}

/// Replaces single characters by texts.
type Escape = fn(char) -> Option<&'static str>;

fn escape_into(target: &mut TextBuilder, text: &str, escape: Escape) {
    let mut rest = text;
    while let Some((offset, char, with)) =
        rest.char_indices().find_map(|(offset, char)| Some((offset, char, escape(char)?)))
    {
        let (plain, tail) = rest.split_at(offset);
        target.push(plain);
        target.push(with);
        rest = tail.get(char.len_utf8()..).unwrap_or_default();
    }
    target.push(rest);
}

fn escape(value: &Value, escape: Escape) -> Result {
    let text = text(value, "this format")?;
    let mut escaped = TextBuilder::default();
    escape_into(&mut escaped, text, escape);
    Ok(escaped.finish())
}

fn row(value: &Value, separator: &str, quote: &str, escape: Escape) -> Result {
    let Value::Array(array) = value else {
        return Err(Error::str(format_args!(
            "{} cannot be formatted as a row, only an array can be",
            value.kind()
        )));
    };
    let mut row = TextBuilder::default();
    for (index, cell) in array.items().iter().enumerate() {
        row.push(if index == 0 { "" } else { separator });
        match cell {
            Value::Null => {}
            Value::Text(text) => {
                row.push(quote);
                escape_into(&mut row, text, escape);
                row.push(quote);
            }
            scalar @ (Value::Bool(_) | Value::Number(_)) => row.push_json(scalar),
            other => {
                return Err(Error::str(format_args!("{} is not valid in a row", other.kind())));
            }
        }
    }
    Ok(row.finish())
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
