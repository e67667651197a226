//! Values from and to `serde_json`, and as JSON text.
//!
//! A float that JSON cannot say becomes what jq prints: null for what is not a number, the largest float for infinity.

use super::data::{Array, Object, Value};
use super::number::Number;
use crate::flow::expression::limits::Limit;
use crate::flow::expression::meter;
use serde_json::Value as Json;
use std::fmt::{self, Write};
use std::rc::Rc;

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(bool) => Self::Bool(*bool),
            Json::Number(number) => Self::Number(number_from(number)),
            Json::String(text) => Self::text(text),
            Json::Array(items) => {
                let mut array = Array::default();
                for item in items {
                    array.push(Self::from(item));
                }
                Self::Array(Rc::new(array))
            }
            Json::Object(entries) => {
                let mut object = Object::default();
                for (key, value) in entries {
                    meter::memory(key.len() + 40);
                    object.insert(Rc::new(key.clone()), Self::from(value));
                }
                Self::Object(Rc::new(object))
            }
        }
    }
}

fn number_from(number: &serde_json::Number) -> Number {
    match (number.as_i64(), number.as_u64()) {
        (Some(int), _) => Number::Int(int),
        (None, Some(int)) => Number::Unsigned(int),
        (None, None) => Number::Float(number.as_f64().unwrap_or(f64::NAN)),
    }
}

impl From<Number> for Json {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(int) => Self::from(int),
            Number::Unsigned(int) => Self::from(int),
            Number::Float(float) if float.is_nan() => Self::Null,
            Number::Float(float) => Self::from(float.clamp(f64::MIN, f64::MAX)),
        }
    }
}

impl Value {
    /// The value as the outside knows it. `left` is what its JSON text may still take; the conversion stops there.
    pub(in crate::flow::expression) fn to_json(&self, left: &mut u64) -> Json {
        meter::work(1);
        let size = match self {
            Self::Text(text) => text.len() + 3,
            Self::Array(_) | Self::Object(_) => 3,
            _ => 5,
        };
        pay(left, size);
        match self {
            Self::Null => Json::Null,
            Self::Bool(bool) => Json::Bool(*bool),
            Self::Number(number) => Json::from(*number),
            Self::Text(text) => Json::String(String::clone(text)),
            Self::Array(array) => {
                Json::Array(array.items().iter().map(|item| item.to_json(left)).collect())
            }
            Self::Object(object) => {
                let entries = object.iter().map(|(key, value)| {
                    pay(left, key.len() + 3);
                    (String::clone(key), value.to_json(left))
                });
                Json::Object(entries.collect())
            }
        }
    }
}

fn pay(left: &mut u64, bytes: usize) {
    match left.checked_sub(bytes as u64) {
        Some(rest) => *left = rest,
        None => meter::stop(Limit::Output),
    }
}

/// Text under construction; what is written is paid for, twice because the buffer doubles as it grows.
#[derive(Default)]
pub(in crate::flow::expression) struct TextBuilder(String);

impl TextBuilder {
    pub(in crate::flow::expression) fn push(&mut self, part: &str) {
        meter::memory(2 * part.len());
        self.0.push_str(part);
    }

    /// Appends a value's JSON text.
    pub(in crate::flow::expression) fn push_json(&mut self, value: &Value) {
        // Writing here cannot fail.
        let _ = write!(self, "{value}");
    }

    pub(in crate::flow::expression) fn finish(self) -> Value {
        Value::Text(Rc::new(self.0))
    }

    /// A value's JSON text.
    pub(in crate::flow::expression) fn json(value: &Value) -> Value {
        let mut text = Self::default();
        text.push_json(value);
        text.finish()
    }
}

impl Write for TextBuilder {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.push(part);
        Ok(())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        meter::work(1);
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(bool) => write!(formatter, "{bool}"),
            Self::Number(Number::Int(int)) => write!(formatter, "{int}"),
            Self::Number(number) => write!(formatter, "{}", Json::from(*number)),
            Self::Text(text) => write_text(formatter, text),
            Self::Array(array) => {
                formatter.write_char('[')?;
                for (index, item) in array.items().iter().enumerate() {
                    formatter.write_str(if index == 0 { "" } else { "," })?;
                    item.fmt(formatter)?;
                }
                formatter.write_char(']')
            }
            Self::Object(object) => {
                formatter.write_char('{')?;
                for (index, (key, value)) in object.iter().enumerate() {
                    formatter.write_str(if index == 0 { "" } else { "," })?;
                    write_text(formatter, key)?;
                    formatter.write_char(':')?;
                    value.fmt(formatter)?;
                }
                formatter.write_char('}')
            }
        }
    }
}

/// Writes a text in quotes, piece by piece, so that escapes do not multiply it before they are paid for.
fn write_text(target: &mut impl Write, text: &str) -> fmt::Result {
    const PIECE_BYTES: usize = 4096;
    target.write_char('"')?;
    let mut rest = text;
    while !rest.is_empty() {
        let end = (0..=rest.len().min(PIECE_BYTES)).rev().find(|end| rest.is_char_boundary(*end));
        let (piece, tail) = rest.split_at(end.unwrap_or(rest.len()));
        meter::work(1 + piece.len() / 64);
        let quoted = serde_json::to_string(piece).map_err(|_| fmt::Error)?;
        target.write_str(quoted.get(1..quoted.len() - 1).unwrap_or_default())?;
        rest = tail;
    }
    target.write_char('"')
}

/// The beginning of a value's JSON text, for error messages: as long as jq's, whatever the value's size.
pub(super) fn excerpt(value: &Value) -> String {
    const LONGEST_BYTES: usize = 11;
    struct Excerpt(String);
    impl Write for Excerpt {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            for char in part.chars() {
                if self.0.len() + char.len_utf8() > LONGEST_BYTES {
                    self.0.push_str("...");
                    return Err(fmt::Error);
                }
                self.0.push(char);
            }
            Ok(())
        }
    }
    let mut excerpt = Excerpt(String::new());
    // The error says that the excerpt is full.
    let _ = match value {
        Value::Text(text) => {
            let start: String = text.chars().take(LONGEST_BYTES).collect();
            write_text(&mut excerpt, &start)
        }
        value => write!(excerpt, "{value}"),
    };
    excerpt.0
}
