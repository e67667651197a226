//! Changing parts of a value: what `|=` and `=` do at each step of their path.
//!
//! A filter without output deletes the part, and of several outputs the first one counts, as in jq.

use super::data::{Array, Error, Key, Object, Result, Value};
use super::navigate::{bounds, cannot_index, each, entries, position, slice_of};
use super::number::Number;
use crate::flow::expression::meter;
use jaq_core::path::Opt;
use jaq_core::val::{Range, ValX};
use std::rc::Rc;

fn first<'a, I: Iterator<Item = ValX<'a, Value>>>(
    mut outputs: I,
) -> std::result::Result<Option<Value>, jaq_core::Exn<'a, Value>> {
    outputs.next().transpose()
}

/// `.[] |= f` on an array or object.
pub(super) fn values<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    match value {
        Value::Array(array) => each(array).filter_map(|item| first(f(item)).transpose()).collect(),
        Value::Object(object) => {
            let mut changed = Object::default();
            for (key, value) in entries(object) {
                if let Some(value) = first(f(value))? {
                    changed.insert(key, value);
                }
            }
            Ok(Value::Object(Rc::new(changed)))
        }
        other => Ok(other),
    }
}

/// `.[k] |= f`.
pub(super) fn index<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    index: &Value,
    opt: Opt,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    meter::work(1);
    match (value, index) {
        (Value::Object(object), Value::Text(key)) => entry(object, key, f),
        (Value::Null, Value::Text(key)) => entry(Rc::default(), key, f),
        (Value::Array(array), Value::Number(at)) => item(array, *at, opt, f),
        (Value::Null, Value::Number(at)) => item(Rc::default(), *at, opt, f),
        (value @ (Value::Null | Value::Array(_)), Value::Object(range)) => {
            slice(value, &slice_of(range), opt, f)
        }
        (value, index) => Ok(opt.fail(value, |value| cannot_index(&value, index))?),
    }
}

fn entry<'a, I: Iterator<Item = ValX<'a, Value>>>(
    mut object: Rc<Object>,
    key: &Key,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    let target = Rc::make_mut(&mut object);
    // Taken out before the filter sees it, so that the filter can change it in place.
    match first(f(target.take(key).unwrap_or(Value::Null)))? {
        Some(value) => target.insert(Rc::clone(key), value),
        None => target.remove(key),
    }
    Ok(Value::Object(object))
}

fn item<'a, I: Iterator<Item = ValX<'a, Value>>>(
    mut array: Rc<Array>,
    at: Number,
    opt: Opt,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    let Some(at) = position(at, array.items().len()) else {
        return Ok(
            opt.fail(Value::Array(array), |_| Error::str("Out of bounds negative array index"))?
        );
    };
    let target = Rc::make_mut(&mut array);
    match first(f(target.take(at)))? {
        Some(value) => target.set(at, value),
        None => target.remove(at),
    }
    Ok(Value::Array(array))
}

/// `.[from:upto] |= f`.
pub(super) fn slice<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    range: &Range<&Value>,
    opt: Opt,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    meter::work(1);
    let mut array = match value {
        Value::Array(array) => array,
        Value::Null => Rc::default(),
        other => {
            return Ok(opt.fail(other, |other| {
                Error::str(format_args!("Cannot update field at object index of {}", other.kind()))
            })?);
        }
    };
    let (start, end) = match bounds(range, array.items().len()) {
        Ok(bounds) => bounds,
        Err(error) => return Ok(opt.fail(Value::Array(array), |_| error)?),
    };
    let part = array.items().iter().take(end).skip(start).cloned().collect();
    let with = first(f(part))?.map_or_else(|| Ok(Rc::default()), into_array)?;
    Rc::make_mut(&mut array).splice(start, end, &with);
    Ok(Value::Array(array))
}

fn into_array(value: Value) -> Result<Rc<Array>> {
    match value {
        Value::Array(array) => Ok(array),
        _ => Err(Error::str("A slice of an array can only be assigned another array")),
    }
}
