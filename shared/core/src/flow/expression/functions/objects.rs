//! Functions of constants, types, arrays and objects.

use super::engine::{Engine, Function, functions};
use crate::flow::expression::meter;
use crate::flow::expression::value::{
    Array, Error, Key, Number, Object, Result, TextBuilder, Value,
};
use std::rc::Rc;

pub(super) fn functions() -> impl Iterator<Item = Function> {
    functions![
        ("null", |_input| Ok(Value::Null)),
        ("true", |_input| Ok(Value::Bool(true))),
        ("false", |_input| Ok(Value::Bool(false))),
        ("nan", |_input| Ok(Value::Number(Number::Float(f64::NAN)))),
        ("infinite", |_input| Ok(Value::Number(Number::Float(f64::INFINITY)))),
        ("isnan", |input| number(&input).map(|float| Value::Bool(float.is_nan()))),
        ("isinfinite", |input| number(&input).map(|float| Value::Bool(float.is_infinite()))),
        ("isnormal", |input| number(&input).map(|float| Value::Bool(float.is_normal()))),
        ("not", |input| Ok(Value::Bool(!jaq_core::ValT::as_bool(&input)))),
        ("type", |input| Ok(Value::text(input.kind()))),
        ("length", |input| length(&input)),
        ("has", |input, key| has(&input, &key)),
        ("contains", |input, part| contains(&input, &part)),
        ("keys", |input| keys(&input)),
        ("to_entries", |input| to_entries(&input)),
        ("add", |input| add(input)),
        ("reverse", |input| reverse(input)),
        ("unique", |input| array(input).map(unique)),
        ("flatten", |input, depth| flatten(&input, &depth)),
        ("bsearch", |input, wanted| bsearch(input, &wanted)),
        ("tojson", |input| Ok(TextBuilder::json(&input))),
        ("fromjson", |input| from_json(&input)),
        ("tonumber", |input| to_number(&input)),
    ]
    .into_iter()
}

fn number(value: &Value) -> Result<f64> {
    match value {
        Value::Number(number) => Ok(number.float()),
        other => Err(Error::str(format_args!("{} is not a number", other.kind()))),
    }
}

fn array(value: Value) -> Result<Vec<Value>> {
    match value {
        Value::Array(array) => Ok(Array::unshare(array)),
        other => Err(Error::str(format_args!(
            "{} cannot be sorted, as it is not an array",
            other.kind()
        ))),
    }
}

fn length(value: &Value) -> Result {
    match value {
        Value::Null => Ok(Value::from(0_usize)),
        Value::Number(number) if number.float() < 0.0 => -value.clone(),
        Value::Number(_) => Ok(value.clone()),
        Value::Text(text) => {
            meter::work(text.len() / 256);
            Ok(Value::from(text.chars().count()))
        }
        Value::Array(array) => Ok(Value::from(array.items().len())),
        Value::Object(object) => Ok(Value::from(object.len())),
        Value::Bool(bool) => Err(Error::str(format_args!("boolean ({bool}) has no length"))),
    }
}

fn has(value: &Value, key: &Value) -> Result {
    match (value, key) {
        (Value::Object(object), Value::Text(key)) => Ok(Value::Bool(object.get(key).is_some())),
        (Value::Array(array), Value::Number(at)) => {
            let at = usize::try_from(at.whole());
            Ok(Value::Bool(at.is_ok_and(|at| at < array.items().len())))
        }
        (value, key) => Err(Error::str(format_args!(
            "Cannot check whether {} has a {} key",
            value.kind(),
            key.kind()
        ))),
    }
}

fn contains(value: &Value, part: &Value) -> Result {
    if value.kind() != part.kind() {
        return Err(Error::str(format_args!(
            "{} and {} cannot have their containment checked",
            value.kind(),
            part.kind()
        )));
    }
    Ok(Value::Bool(is_contained(value, part)))
}

fn is_contained(value: &Value, part: &Value) -> bool {
    meter::work(1);
    match (value, part) {
        (Value::Text(text), Value::Text(part)) => {
            meter::work(1 + text.len() / 256);
            text.contains(part.as_str())
        }
        (Value::Array(array), Value::Array(parts)) => parts
            .items()
            .iter()
            .all(|part| array.items().iter().any(|item| is_contained(item, part))),
        (Value::Object(object), Value::Object(parts)) => parts
            .iter()
            .all(|(key, part)| object.get(key).is_some_and(|value| is_contained(value, part))),
        (value, part) => value == part,
    }
}

fn keys(value: &Value) -> Result {
    match value {
        Value::Object(object) => {
            let keys = object.iter().map(|(key, _)| Value::Text(Rc::clone(key)));
            let mut keys: Vec<Value> = keys.collect();
            keys.sort_unstable();
            Ok(keys.into_iter().collect())
        }
        Value::Array(array) => Ok((0..array.items().len()).map(Value::from).collect()),
        other => Err(Error::str(format_args!("{} has no keys", other.kind()))),
    }
}

fn to_entries(value: &Value) -> Result {
    let Value::Object(object) = value else {
        return Err(Error::str(format_args!("{} has no keys", value.kind())));
    };
    let (key_name, value_name) = (Key::new("key".to_owned()), Key::new("value".to_owned()));
    let entry = |(key, value): (&Key, &Value)| {
        Value::object([
            (Rc::clone(&key_name), Value::Text(Rc::clone(key))),
            (Rc::clone(&value_name), value.clone()),
        ])
    };
    Ok(object.iter().map(entry).collect())
}

fn add(value: Value) -> Result {
    let mut parts = jaq_core::ValT::values(value);
    parts.try_fold(Value::Null, |sum, part| sum + part?)
}

fn reverse(value: Value) -> Result {
    match value {
        Value::Null => Ok(Value::Array(Rc::default())),
        Value::Text(text) => {
            meter::memory(text.len() + 40);
            Ok(Value::Text(Rc::new(text.chars().rev().collect())))
        }
        Value::Array(array) => Ok(Array::unshare(array).into_iter().rev().collect()),
        other => Err(Error::str(format_args!("Cannot reverse {}", other.kind()))),
    }
}

fn unique(mut items: Vec<Value>) -> Value {
    items.sort();
    items.dedup();
    items.into_iter().collect()
}

fn flatten(value: &Value, depth: &Value) -> Result {
    fn into(target: &mut Array, items: &[Value], depth: f64) {
        for item in items {
            match item {
                Value::Array(inner) if depth > 0.0 => {
                    meter::work(1);
                    into(target, inner.items(), depth - 1.0);
                }
                other => target.push(other.clone()),
            }
        }
    }
    let depth = number(depth)?;
    if depth < 0.0 {
        return Err(Error::str("flatten depth must not be negative"));
    }
    let mut flat = Array::default();
    match value {
        Value::Array(array) => into(&mut flat, array.items(), depth),
        other => {
            return Err(Error::str(format_args!("Cannot iterate over {}", other.kind())));
        }
    }
    Ok(Value::Array(Rc::new(flat)))
}

fn bsearch(value: Value, wanted: &Value) -> Result {
    let place = |at: usize| isize::try_from(at).unwrap_or(isize::MAX);
    let found = array(value)?.binary_search(wanted);
    Ok(Value::from(found.map_or_else(|at| -1 - place(at), place)))
}

/// Reads JSON text. `serde_json` stops at 128 levels of nesting; the values stop before that.
fn from_json(value: &Value) -> Result {
    let Value::Text(text) = value else {
        return Err(Error::str(format_args!("{} only strings can be parsed", value.kind())));
    };
    // Parsed text takes more memory than the text, until it is converted, which is paid for on its own.
    meter::memory(text.len().saturating_mul(8));
    let json: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| Error::str(format_args!("{error} (while parsing JSON)")))?;
    Ok(Value::from(&json))
}

fn to_number(value: &Value) -> Result {
    match value {
        Value::Number(_) => Ok(value.clone()),
        Value::Text(text) => {
            meter::work(text.len() / 16);
            let text = text.trim();
            let plain = text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
            let number = if plain { Number::parse(text) } else { None };
            number
                .map(Value::Number)
                .ok_or_else(|| Error::str("Cannot parse this string as a number"))
        }
        other => Err(Error::str(format_args!("{} cannot be parsed as a number", other.kind()))),
    }
}

/// An object with these entries.
pub(super) fn object<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let mut object = Object::default();
    for (key, value) in entries {
        object.insert(Key::new(key.to_owned()), value);
    }
    Value::Object(Rc::new(object))
}
