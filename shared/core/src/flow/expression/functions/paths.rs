//! Functions of paths.

use super::engine::{Engine, Function, functions};
use crate::flow::expression::meter;
use crate::flow::expression::value::{Error, Result, Value};
use jaq_core::ValT;
use jaq_core::path::Opt;
use jaq_core::val::ValX;

pub(super) fn functions() -> impl Iterator<Item = Function> {
    functions![("delpaths", |input, paths| delete_paths(input, &paths))].into_iter()
}

/// Deletes the paths from the last to the first, so that a deletion does not move what is still to be deleted.
fn delete_paths(value: Value, paths: &Value) -> Result {
    meter::memory(items(paths)?.len() * 16);
    let mut sorted = items(paths)?.to_vec();
    sorted.sort_unstable();
    sorted.iter().rev().try_fold(value, |value, path| delete(value, items(path)?))
}

fn items(value: &Value) -> Result<&[Value]> {
    match value {
        Value::Array(array) => Ok(array.items()),
        _ => Err(Error::str("Paths must be specified as an array")),
    }
}

fn delete(value: Value, path: &[Value]) -> Result {
    meter::work(1);
    match (value, path) {
        (Value::Null, _) | (_, []) => Ok(Value::Null),
        (value, [last]) => change(value, last, |_| None),
        (value, [first, rest @ ..]) => {
            let inner = value.clone().index(first)?;
            if matches!(inner, Value::Null) {
                return Ok(value);
            }
            let inner = delete(inner, rest)?;
            change(value, first, |_| Some(inner.clone()))
        }
    }
}

fn change(value: Value, index: &Value, f: impl Fn(Value) -> Option<Value>) -> Result {
    if is_beyond(&value, index) {
        return Ok(value);
    }
    let changed: ValX<'static, Value> =
        value.map_index(index, Opt::Essential, |part| f(part).map(Ok).into_iter());
    changed
        .map_err(|error| error.get_err().unwrap_or_else(|_| Error::str("Cannot delete this path")))
}

/// Deleting what is not there changes nothing, and must not grow the array on the way.
fn is_beyond(value: &Value, index: &Value) -> bool {
    match (value, index) {
        (Value::Array(array), Value::Number(at)) => {
            let length = array.items().len() as i128;
            !(-length..length).contains(&at.whole())
        }
        _ => false,
    }
}
