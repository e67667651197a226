//! The values that programs work on: JSON, metered. They must not know functions, programs or limits' amounts.

mod arithmetic;
mod data;
mod json;
mod navigate;
mod number;
mod order;
mod standard;
mod update;

pub(super) use data::{Array, Error, Key, Object, Result, Value};
pub(super) use json::TextBuilder;
pub(super) use number::Number;
