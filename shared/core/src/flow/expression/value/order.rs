//! Equality and jq's order of values: null, booleans, numbers, texts, arrays, objects.

use super::data::{Key, Object, Value};
use crate::flow::expression::meter;
use std::cmp::Ordering;
use std::rc::Rc;

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::Text(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn sorted(object: &Object) -> Vec<(&Key, &Value)> {
    meter::memory(object.len() * 16);
    let mut entries: Vec<_> = object.iter().collect();
    entries.sort_unstable_by(|(left, _), (right, _)| {
        meter::work(1);
        left.cmp(right)
    });
    entries
}

fn order_objects(left: &Object, right: &Object) -> Ordering {
    let (left, right) = (sorted(left), sorted(right));
    let keys = left.iter().map(|(key, _)| *key).cmp(right.iter().map(|(key, _)| *key));
    keys.then_with(|| {
        left.iter().map(|(_, value)| *value).cmp(right.iter().map(|(_, value)| *value))
    })
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        meter::work(1);
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => {
                !left.float().is_nan() && left.order(*right).is_eq()
            }
            (Self::Text(left), Self::Text(right)) => {
                meter::work(left.len().min(right.len()) / 256);
                left == right
            }
            (Self::Array(left), Self::Array(right)) => left.items() == right.items(),
            (Self::Object(left), Self::Object(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .all(|(key, value)| right.get(key).is_some_and(|other| value == other))
            }
            _ => false,
        }
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        meter::work(1);
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.order(*right),
            (Self::Text(left), Self::Text(right)) => {
                meter::work(left.len().min(right.len()) / 256);
                left.cmp(right)
            }
            (Self::Array(left), Self::Array(right)) if Rc::ptr_eq(left, right) => Ordering::Equal,
            (Self::Array(left), Self::Array(right)) => left.items().cmp(right.items()),
            (Self::Object(left), Self::Object(right)) if Rc::ptr_eq(left, right) => Ordering::Equal,
            (Self::Object(left), Self::Object(right)) => order_objects(left, right),
            (left, right) => rank(left).cmp(&rank(right)),
        }
    }
}
