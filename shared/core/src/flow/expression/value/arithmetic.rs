//! `+ - * / %` and unary minus, with jq's rules and jq's words for what they refuse.

use super::data::{Array, Error, Key, Object, Result, Value};
use super::json::excerpt;
use super::number::Number;
use crate::flow::expression::limits::Limit;
use crate::flow::expression::meter;
use std::collections::BTreeSet;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::rc::Rc;

fn refuse(left: &Value, right: &Value, what: &str) -> Error {
    Error::str(format_args!(
        "{} ({}) and {} ({}) cannot be {what}",
        left.kind(),
        excerpt(left),
        right.kind(),
        excerpt(right)
    ))
}

impl Add for Value {
    type Output = Result;

    fn add(self, other: Self) -> Result {
        match (self, other) {
            (Self::Null, value) | (value, Self::Null) => Ok(value),
            (Self::Number(left), Self::Number(right)) => Ok(Self::Number(left.plus(right))),
            (Self::Text(left), Self::Text(right)) => Ok(Self::Text(append(left, &right))),
            (Self::Array(mut left), Self::Array(right)) => {
                let target = Rc::make_mut(&mut left);
                right.items().iter().for_each(|item| target.push(item.clone()));
                Ok(Self::Array(left))
            }
            (Self::Object(mut left), Self::Object(right)) => {
                let target = Rc::make_mut(&mut left);
                for (key, value) in right.iter() {
                    target.insert(Rc::clone(key), value.clone());
                }
                Ok(Self::Object(left))
            }
            (left, right) => Err(refuse(&left, &right, "added")),
        }
    }
}

/// Appends in place where nobody else holds the text, so that building one piece by piece stays linear.
fn append(mut left: Key, right: &str) -> Key {
    if let Some(text) = Rc::get_mut(&mut left) {
        // Growing may double the buffer, which the second length pays for.
        meter::memory(2 * right.len());
        text.push_str(right);
        return left;
    }
    meter::memory(left.len() + right.len() + 40);
    let mut text = String::with_capacity(left.len() + right.len());
    text.push_str(&left);
    text.push_str(right);
    Rc::new(text)
}

fn set_of(array: &Array) -> BTreeSet<&Value> {
    meter::memory(array.items().len() * 16);
    array.items().iter().collect()
}

impl Sub for Value {
    type Output = Result;

    fn sub(self, other: Self) -> Result {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => Ok(Self::Number(left.minus(right))),
            (Self::Array(left), Self::Array(right)) => {
                let removed = set_of(&right);
                Ok(Array::unshare(left)
                    .into_iter()
                    .filter(|item| !removed.contains(item))
                    .collect())
            }
            (left, right) => Err(refuse(&left, &right, "subtracted")),
        }
    }
}

impl Mul for Value {
    type Output = Result;

    fn mul(self, other: Self) -> Result {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => Ok(Self::Number(left.times(right))),
            (Self::Text(text), Self::Number(count)) | (Self::Number(count), Self::Text(text)) => {
                Ok(repeat(&text, count))
            }
            (Self::Object(mut left), Self::Object(right)) => {
                merge(&mut left, &right);
                Ok(Self::Object(left))
            }
            (left, right) => Err(refuse(&left, &right, "multiplied")),
        }
    }
}

fn repeat(text: &str, count: Number) -> Value {
    let count = count.float();
    if count <= 0.0 || count.is_nan() {
        return Value::Null;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates; it is positive"
    )]
    let count = count.ceil() as usize;
    let Some(bytes) = text.len().checked_mul(count) else { meter::stop(Limit::Memory) };
    meter::memory(bytes);
    Value::Text(Rc::new(text.repeat(count)))
}

fn merge(left: &mut Rc<Object>, right: &Object) {
    let target = Rc::make_mut(left);
    for (key, value) in right.iter() {
        meter::work(1);
        let merged = match (target.take(key), value) {
            (Some(Value::Object(mut left)), Value::Object(right)) => {
                merge(&mut left, right);
                Value::Object(left)
            }
            (_, value) => value.clone(),
        };
        target.insert(Rc::clone(key), merged);
    }
}

impl Div for Value {
    type Output = Result;

    fn div(self, other: Self) -> Result {
        match (&self, &other) {
            (Self::Number(_), Self::Number(divisor)) if divisor.is_zero() => {
                Err(refuse(&self, &other, "divided because the divisor is zero"))
            }
            (Self::Number(left), Self::Number(right)) => Ok(Self::Number(left.divided_by(*right))),
            (Self::Text(text), Self::Text(separator)) => Ok(split(text, separator)),
            _ => Err(refuse(&self, &other, "divided")),
        }
    }
}

fn split(text: &str, separator: &str) -> Value {
    if text.is_empty() {
        Value::Array(Rc::default())
    } else if separator.is_empty() {
        text.chars().map(|char| Value::text(char.encode_utf8(&mut [0; 4]))).collect()
    } else {
        text.split(separator).map(Value::text).collect()
    }
}

impl Rem for Value {
    type Output = Result;

    fn rem(self, other: Self) -> Result {
        match (&self, &other) {
            (Self::Number(left), Self::Number(right)) => {
                if left.float().is_nan() || right.float().is_nan() {
                    return Ok(Self::Number(Number::Float(f64::NAN)));
                }
                let whole = |number: &Number| {
                    number.exact().unwrap_or_else(|| Number::Float(number.float().trunc()).whole())
                };
                let remainder = whole(left).checked_rem(whole(right));
                remainder.map(|exact| Self::Number(exact.into())).ok_or_else(|| {
                    refuse(&self, &other, "divided (remainder) because the divisor is zero")
                })
            }
            _ => Err(refuse(&self, &other, "divided (remainder)")),
        }
    }
}

impl Neg for Value {
    type Output = Result;

    fn neg(self) -> Result {
        match self {
            Self::Number(Number::Float(float)) => Ok(Self::Number(Number::Float(-float))),
            Self::Number(number) => Ok(Self::Number(Number::Int(0).minus(number))),
            other => Err(Error::str(format_args!(
                "{} ({}) cannot be negated",
                other.kind(),
                excerpt(&other)
            ))),
        }
    }
}
