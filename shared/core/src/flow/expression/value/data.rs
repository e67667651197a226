//! The value type, its containers and their metered constructors.

use super::number::Number;
use crate::flow::expression::limits::{Limit, Limits};
use crate::flow::expression::meter;
use indexmap::IndexMap;
use std::rc::Rc;

/// An error that a program can catch.
pub(in crate::flow::expression) type Error = jaq_core::Error<Value>;
/// A value, or an error that a program can catch.
pub(in crate::flow::expression) type Result<T = Value> = std::result::Result<T, Error>;
/// An object's key, or a text's characters.
pub(in crate::flow::expression) type Key = Rc<String>;

/// What a container costs, and what an entry costs beside its parts: the value, and in an object the key
/// and the hash table's slot.
const CONTAINER_BYTES: usize = 64;
const ARRAY_ITEM_BYTES: usize = 16;
const OBJECT_ENTRY_BYTES: usize = 64;

/// A JSON value. Cloning shares it; building is paid for.
#[derive(Clone)]
pub(in crate::flow::expression) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(Key),
    Array(Rc<Array>),
    Object(Rc<Object>),
}

/// An array's items, and a bound on how deep they nest.
pub(in crate::flow::expression) struct Array {
    items: Vec<Value>,
    depth: u8,
}

/// An object's entries in the order of their insertion, and a bound on how deep they nest.
pub(in crate::flow::expression) struct Object {
    entries: IndexMap<Key, Value>,
    depth: u8,
}

/// The depth of a container which holds `value`, or the end of the evaluation.
fn depth_around(value: &Value) -> u8 {
    let depth = match value {
        Value::Array(array) => array.depth,
        Value::Object(object) => object.depth,
        _ => return 1,
    };
    if depth >= Limits::MAX_NESTING {
        meter::stop(Limit::Nesting);
    }
    depth + 1
}

impl Array {
    pub(in crate::flow::expression) fn items(&self) -> &[Value] {
        &self.items
    }

    pub(in crate::flow::expression) fn push(&mut self, value: Value) {
        meter::memory(ARRAY_ITEM_BYTES);
        self.depth = self.depth.max(depth_around(&value));
        self.items.push(value);
    }

    /// Replaces the items from `start` up to `end` by others. The caller has clipped both to the length.
    pub(super) fn splice(&mut self, start: usize, end: usize, with: &Array) {
        meter::memory((self.items.len() + with.items.len()) * ARRAY_ITEM_BYTES);
        self.depth = self.depth.max(with.depth);
        self.items.splice(start..end, with.items.iter().cloned());
    }

    pub(super) fn take(&mut self, index: usize) -> Value {
        self.items.get_mut(index).map_or(Value::Null, |item| std::mem::replace(item, Value::Null))
    }

    /// Sets an item, with nulls before it where the array is too short.
    pub(super) fn set(&mut self, index: usize, value: Value) {
        if let Some(missing) = (index + 1).checked_sub(self.items.len()) {
            meter::memory(missing.saturating_mul(ARRAY_ITEM_BYTES));
            self.items.resize(index + 1, Value::Null);
        }
        self.depth = self.depth.max(depth_around(&value));
        if let Some(item) = self.items.get_mut(index) {
            *item = value;
        }
    }

    pub(super) fn remove(&mut self, index: usize) {
        meter::work(1 + self.items.len() / 64);
        if index < self.items.len() {
            self.items.remove(index);
        }
    }

    pub(in crate::flow::expression) fn into_items(self) -> Vec<Value> {
        self.items
    }

    /// The items, without copying where nobody else holds them.
    pub(in crate::flow::expression) fn unshare(array: Rc<Self>) -> Vec<Value> {
        Rc::try_unwrap(array).unwrap_or_else(|shared| (*shared).clone()).into_items()
    }
}

impl Object {
    pub(in crate::flow::expression) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(in crate::flow::expression) fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.entries.iter()
    }

    /// The value of a key. Hashing the key is paid for, here and wherever an entry is looked up.
    pub(in crate::flow::expression) fn get(&self, key: &Key) -> Option<&Value> {
        meter::work(key.len() / 64);
        self.entries.get(key)
    }

    pub(super) fn get_at(&self, index: usize) -> Option<(&Key, &Value)> {
        self.entries.get_index(index)
    }

    pub(in crate::flow::expression) fn insert(&mut self, key: Key, value: Value) {
        meter::memory(OBJECT_ENTRY_BYTES);
        meter::work(key.len() / 64);
        self.depth = self.depth.max(depth_around(&value));
        self.entries.insert(key, value);
    }

    pub(super) fn take(&mut self, key: &Key) -> Option<Value> {
        meter::work(key.len() / 64);
        self.entries.get_mut(key).map(|value| std::mem::replace(value, Value::Null))
    }

    pub(super) fn remove(&mut self, key: &Key) {
        meter::work(1 + self.entries.len() / 32 + key.len() / 64);
        self.entries.shift_remove(key);
    }

    /// The entries, without copying where nobody else holds them.
    pub(in crate::flow::expression) fn unshare(object: Rc<Self>) -> IndexMap<Key, Value> {
        Rc::try_unwrap(object).unwrap_or_else(|shared| (*shared).clone()).entries
    }
}

impl Default for Array {
    fn default() -> Self {
        meter::memory(CONTAINER_BYTES);
        Self { items: Vec::new(), depth: 0 }
    }
}

impl Default for Object {
    fn default() -> Self {
        meter::memory(CONTAINER_BYTES);
        Self { entries: IndexMap::new(), depth: 0 }
    }
}

impl Clone for Array {
    fn clone(&self) -> Self {
        meter::memory(CONTAINER_BYTES + self.items.len() * ARRAY_ITEM_BYTES);
        Self { items: self.items.clone(), depth: self.depth }
    }
}

impl Clone for Object {
    fn clone(&self) -> Self {
        meter::memory(CONTAINER_BYTES + self.entries.len() * OBJECT_ENTRY_BYTES);
        meter::work(self.entries.len() / 4);
        Self { entries: self.entries.clone(), depth: self.depth }
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
        let mut array = Array::default();
        items.into_iter().for_each(|item| array.push(item));
        Self::Array(Rc::new(array))
    }
}

impl Value {
    /// A text which is paid for here.
    pub(in crate::flow::expression) fn text(text: &str) -> Self {
        meter::memory(text.len() + 40);
        Self::Text(Rc::new(text.to_owned()))
    }

    pub(in crate::flow::expression) fn object(
        entries: impl IntoIterator<Item = (Key, Self)>,
    ) -> Self {
        let mut object = Object::default();
        for (key, value) in entries {
            object.insert(key, value);
        }
        Self::Object(Rc::new(object))
    }

    /// jq's name for the type.
    pub(in crate::flow::expression) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}
