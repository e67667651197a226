//! Attributes of items: made, read, measured.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};

use super::Error;
use crate::model::Timestamp;

/// An item, or the key of one.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The sort key of a partition's main item. It sorts after everything else in the partition.
pub(super) const MAIN: &str = "~";

pub(super) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

pub(super) fn time(value: Timestamp) -> AttributeValue {
    number(value.as_millis())
}

pub(super) const fn yes() -> AttributeValue {
    AttributeValue::Bool(true)
}

pub(super) fn binary(value: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

/// Reads attributes; what is missing or of another type is [`Error::Corrupt`].
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    item: &'a Item,
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(item: &'a Item, what: &'static str) -> Self {
        Self { item, what }
    }

    pub(super) const fn corrupt(self) -> Error {
        Error::Corrupt { what: self.what }
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, Error> {
        self.optional_text(name).ok_or_else(|| self.corrupt())
    }

    pub(super) fn optional_text(self, name: &str) -> Option<&'a str> {
        self.item.get(name)?.as_s().ok().map(String::as_str)
    }

    /// A text that reads as a `T`.
    pub(super) fn parse<T: std::str::FromStr>(self, name: &str) -> Result<T, Error> {
        self.text(name)?.parse().map_err(|_| self.corrupt())
    }

    pub(super) fn number(self, name: &str) -> Result<u64, Error> {
        self.optional_number(name).ok_or_else(|| self.corrupt())
    }

    pub(super) fn optional_number(self, name: &str) -> Option<u64> {
        self.item.get(name)?.as_n().ok()?.parse().ok()
    }

    pub(super) fn time(self, name: &str) -> Result<Timestamp, Error> {
        self.number(name).map(Timestamp::from_millis)
    }

    pub(super) fn optional_time(self, name: &str) -> Option<Timestamp> {
        self.optional_number(name).map(Timestamp::from_millis)
    }

    pub(super) fn optional_binary(self, name: &str) -> Option<&'a [u8]> {
        self.item.get(name)?.as_b().ok().map(AsRef::as_ref)
    }

    pub(super) fn flag(self, name: &str) -> bool {
        self.item.get(name).and_then(|value| value.as_bool().ok()).copied().unwrap_or_default()
    }
}

/// An item's size as DynamoDB bills it, for the types that are stored here (developer guide,
/// "DynamoDB item sizes and formats").
pub(super) fn size_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::M(members) => 3 + members.len() + size_bytes(members),
        _ => 1,
    }
}
