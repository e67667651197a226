//! Reading parts of a value: `.a`, `.[0]`, `.[1:2]`, `.[]`. This is where `jaq` meets our values.

use super::data::{Array, Error, Key, Object, Result, Value};
use super::json::{TextBuilder, excerpt};
use super::number::Number;
use super::update;
use crate::flow::expression::meter;
use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::path::Opt;
use jaq_core::val::{Range, ValR, ValX};
use std::rc::Rc;

/// The position in a sequence of `length` that a jq index means: floored, from the end where negative.
/// None is before the beginning; beyond the end is for the caller to judge.
pub(super) fn position(index: Number, length: usize) -> Option<usize> {
    let index = index.whole();
    let absolute = if index < 0 { index + length as i128 } else { index };
    usize::try_from(absolute).ok()
}

/// The bounds that a slice means in a sequence of `length`, clipped to it.
pub(super) fn bounds(range: &Range<&Value>, length: usize) -> Result<(usize, usize)> {
    let bound = |value: Option<&Value>, default: usize, up: bool| match value {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Number(number)) => {
            // The end of a slice rounds up where the beginning rounds down.
            let number = if up && number.exact().is_none() {
                Number::Float(number.float().ceil())
            } else {
                *number
            };
            Ok(position(number, length).unwrap_or(0).min(length))
        }
        Some(_) => Err(Error::str("Start and end indices of an array slice must be numbers")),
    };
    let start = bound(range.start, 0, false)?;
    Ok((start, bound(range.end, length, true)?.max(start)))
}

/// The part of a text between two positions that count characters.
fn characters(text: &str, range: &Range<&Value>) -> Result<Value> {
    meter::work(1 + text.len() / 64);
    let (start, end) = bounds(range, text.chars().count())?;
    let mut offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
    let from = offsets.nth(start).unwrap_or(text.len());
    let upto = if end == start { from } else { offsets.nth(end - start - 1).unwrap_or(text.len()) };
    Ok(Value::text(text.get(from..upto).unwrap_or_default()))
}

/// What an error costs beyond its step: its text, and what `jaq` had prepared for the steps that it prevents.
const ERROR_WORK: usize = 16;

fn cannot_iterate(value: &Value) -> Error {
    meter::work(ERROR_WORK);
    match value {
        Value::Null => Error::str("Cannot iterate over null"),
        other => {
            Error::str(format_args!("Cannot iterate over {} ({})", other.kind(), excerpt(other)))
        }
    }
}

pub(super) fn cannot_index(value: &Value, index: &Value) -> Error {
    meter::work(ERROR_WORK);
    match index {
        Value::Text(_) => {
            Error::str(format_args!("Cannot index {} with {}", value.kind(), excerpt(index)))
        }
        other => Error::str(format_args!("Cannot index {} with {}", value.kind(), other.kind())),
    }
}

/// The bounds of a slice that is written as an object, as paths hold it.
pub(super) fn slice_of(object: &Object) -> Range<&Value> {
    let bound = |name: &str| object.get(&Key::new(name.to_owned()));
    bound("start")..bound("end")
}

impl Array {
    fn get(&self, index: Number) -> Value {
        if index.float().is_nan() {
            return Value::Null;
        }
        position(index, self.items().len())
            .and_then(|at| self.items().get(at))
            .cloned()
            .unwrap_or(Value::Null)
    }

    /// Where another array occurs in this one.
    fn occurrences(&self, of: &Self) -> Value {
        let found = self.items().windows(of.items().len().max(1)).enumerate();
        let found = found.filter(|(_, window)| *window == of.items());
        found.map(|(at, _)| Value::from(at)).collect()
    }
}

impl jaq_core::ValT for Value {
    fn from_num(literal: &str) -> ValR<Self> {
        meter::work(literal.len() / 16);
        Number::parse(literal)
            .map(Self::Number)
            .ok_or_else(|| Error::str("Invalid numeric literal"))
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(entries: I) -> ValR<Self> {
        let mut object = Object::default();
        for (key, value) in entries {
            match key {
                Self::Text(key) => object.insert(key, value),
                other => {
                    return Err(Error::str(format_args!(
                        "Object keys must be strings, not {} ({})",
                        other.kind(),
                        excerpt(&other)
                    )));
                }
            }
        }
        Ok(Self::Object(Rc::new(object)))
    }

    fn key_values(self) -> BoxIter<'static, ValR<(Self, Self), Self>> {
        match self {
            Self::Array(array) => {
                Box::new(each(array).enumerate().map(|(at, item)| Ok((Self::from(at), item))))
            }
            Self::Object(object) => {
                Box::new(entries(object).map(|(key, value)| Ok((Self::Text(key), value))))
            }
            other => box_once(Err(cannot_iterate(&other))),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = ValR<Self>>> {
        match self {
            Self::Array(array) => Box::new(each(array).map(Ok)),
            Self::Object(object) => Box::new(entries(object).map(|(_, value)| Ok(value))),
            other => box_once(Err(cannot_iterate(&other))),
        }
    }

    fn index(self, index: &Self) -> ValR<Self> {
        meter::work(1);
        match (&self, index) {
            (Self::Object(object), Self::Text(key)) => {
                Ok(object.get(key).cloned().unwrap_or(Self::Null))
            }
            (Self::Array(array), Self::Number(index)) => Ok(array.get(*index)),
            (Self::Null, Self::Null | Self::Number(_) | Self::Text(_)) => Ok(Self::Null),
            (Self::Null | Self::Array(_) | Self::Text(_), Self::Object(slice)) => {
                self.clone().range(slice_of(slice))
            }
            (Self::Array(array), Self::Array(part)) => Ok(array.occurrences(part)),
            _ => Err(cannot_index(&self, index)),
        }
    }

    fn range(self, range: Range<&Self>) -> ValR<Self> {
        meter::work(1);
        match &self {
            Self::Null => Ok(Self::Null),
            Self::Text(text) => characters(text, &range),
            Self::Array(array) => {
                let (start, end) = bounds(&range, array.items().len())?;
                Ok(array.items().iter().take(end).skip(start).cloned().collect())
            }
            _ => Err(Error::str(format_args!("Cannot index {} with object", self.kind()))),
        }
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        match self {
            Self::Array(_) | Self::Object(_) => update::values(self, f),
            other => Ok(opt.fail(other, |other| cannot_iterate(&other))?),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        index: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        update::index(self, index, opt, f)
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: Range<&Self>,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        update::slice(self, &range, opt, f)
    }

    fn as_bool(&self) -> bool {
        meter::work(1);
        !matches!(self, Self::Null | Self::Bool(false))
    }

    fn into_string(self) -> Self {
        match self {
            Self::Text(_) => self,
            other => TextBuilder::json(&other),
        }
    }
}

/// The items one by one; a shared array is not copied for it.
pub(super) fn each(array: Rc<Array>) -> Box<dyn Iterator<Item = Value>> {
    let paid = |item| {
        meter::work(1);
        item
    };
    match Rc::try_unwrap(array) {
        Ok(own) => Box::new(own.into_items().into_iter().map(paid)),
        Err(shared) => Box::new(
            (0..shared.items().len())
                .filter_map(move |at| shared.items().get(at).cloned())
                .map(paid),
        ),
    }
}

/// The entries one by one; a shared object is not copied for it.
pub(super) fn entries(object: Rc<Object>) -> Box<dyn Iterator<Item = (Key, Value)>> {
    let paid = |entry| {
        meter::work(1);
        entry
    };
    if Rc::strong_count(&object) == 1 {
        return Box::new(Object::unshare(object).into_iter().map(paid));
    }
    let entry = move |at| {
        object.get_at(at).map(|(key, value): (&Key, &Value)| (Rc::clone(key), value.clone()))
    };
    Box::new((0..).map_while(entry).map(paid))
}
