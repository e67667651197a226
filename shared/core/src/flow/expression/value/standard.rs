//! What the functions of `jaq-std` ask of values, and conversions into values.

use super::data::{Array, Key, Value};
use super::number::Number;
use crate::flow::expression::meter;
use jaq_core::val::Range;
use std::rc::Rc;

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<isize> for Value {
    fn from(int: isize) -> Self {
        Self::Number(Number::from(int as i128))
    }
}

impl From<usize> for Value {
    fn from(int: usize) -> Self {
        Self::Number(Number::from(int as i128))
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Self {
        Self::Number(Number::computed(float))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        meter::memory(text.len() + 40);
        Self::Text(Rc::new(text))
    }
}

impl From<Range<Self>> for Value {
    fn from(range: Range<Self>) -> Self {
        let bound = |name: &str, value: Option<Self>| {
            (Key::new(name.to_owned()), value.unwrap_or(Self::Null))
        };
        Self::object([bound("start", range.start), bound("end", range.end)])
    }
}

impl jaq_std::ValT for Value {
    fn into_seq<S: FromIterator<Self>>(self) -> Result<S, Self> {
        match self {
            Self::Array(array) => Ok(Array::unshare(array).into_iter().collect()),
            other => Err(other),
        }
    }

    fn is_int(&self) -> bool {
        matches!(self, Self::Number(Number::Int(_) | Number::Unsigned(_)))
    }

    fn as_isize(&self) -> Option<isize> {
        match self {
            // `implode` negates what it gets.
            Self::Number(Number::Int(int)) if *int != i64::MIN => isize::try_from(*int).ok(),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number.float()),
            _ => None,
        }
    }

    fn is_utf8_str(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => {
                // Whoever asks reads all of it, and may build up to three times as much before anyone is paid.
                meter::memory(text.len());
                Some(text.as_bytes())
            }
            _ => None,
        }
    }

    fn as_sub_str(&self, sub: &[u8]) -> Self {
        Self::from_utf8_bytes(sub.to_vec())
    }

    fn from_utf8_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::text(&String::from_utf8_lossy(bytes.as_ref()))
    }
}
