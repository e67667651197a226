//! Typed inputs: `{"name", "type", "value"}`, as they come.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Error;
use crate::{
    http::detail::{self, fault},
    model::Timestamp,
    runs::InputKind,
};

/// Faults that one answer lists: it would be much longer than its request otherwise.
const MAX_FAULTS: usize = 32;

/// What is wrong with a body.
#[derive(Default)]
pub(super) struct Faults(Vec<Value>);

impl Faults {
    pub(super) fn add(
        &mut self,
        kind: &str,
        place: impl Fn() -> Value,
        message: &str,
        input: &Value,
    ) {
        if self.0.len() < MAX_FAULTS {
            self.0.push(fault(kind, &place(), message, input));
        }
    }

    /// A required text, where it is one.
    pub(super) fn text(
        &mut self,
        given: Option<Value>,
        place: impl Fn() -> Value,
    ) -> Option<String> {
        match given {
            Some(Value::String(text)) => return Some(text),
            None => self.add("missing", place, "Field required", &Value::Null),
            Some(other) => {
                self.add("string_type", place, "Input should be a valid string", &other);
            }
        }
        None
    }

    /// When the run is to begin.
    pub(super) fn run_at(&mut self, given: Option<&Value>) -> Option<Timestamp> {
        detail::run_at(given, &mut self.0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was read, where nothing is wrong with it.
    pub(super) fn none_or<T>(self, read: T) -> Result<T, Error> {
        if self.0.is_empty() { Ok(read) } else { Err(Error::Invalid(self.0)) }
    }
}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        Self::Invalid(faults.0)
    }
}

/// One input.
#[derive(Debug, PartialEq)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) kind: InputKind,
    pub(super) value: Value,
}

impl Input {
    /// Those of a body, as far as they are right whatever the flow is.
    pub(super) fn all(given: Option<Value>, faults: &mut Faults) -> Vec<Self> {
        let items = match given {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                let place = || json!(["body", "inputs"]);
                faults.add("list_type", place, "Input should be a valid list", &other);
                return Vec::new();
            }
        };
        let mut names = BTreeSet::new();
        let mut inputs = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let place = |member: &'static str| move || json!(["body", "inputs", index, member]);
            let Value::Object(mut members) = item else {
                let place = || json!(["body", "inputs", index]);
                faults.add("dict_type", place, "Input should be a valid dictionary", &item);
                continue;
            };
            let name = faults.text(members.remove("name"), place("name"));
            let name = name.filter(|name| {
                let is_new = names.insert(name.clone());
                if !is_new {
                    faults.add("value_error", place("name"), "Name was given before", &json!(name));
                }
                is_new
            });
            let word = faults.text(members.remove("type"), place("type"));
            let kind = word.and_then(|word| {
                let kind = InputKind::ALL.into_iter().find(|kind| kind.as_str() == word);
                if kind.is_none() {
                    faults.add("enum", place("type"), &should_be(&InputKind::ALL), &json!(word));
                }
                kind
            });
            let value = members.remove("value");
            if value.is_none() {
                faults.add("missing", place("value"), "Field required", &Value::Null);
            }
            if let (Some(name), Some(kind), Some(value)) = (name, kind, value) {
                inputs.push(Self { name, kind, value });
            }
        }
        inputs
    }
}

/// That an input is of a kind which it may not be of.
pub(super) fn should_be(kinds: &[InputKind]) -> String {
    let words: Vec<_> = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
    match words.split_last() {
        Some((last, [])) => format!("Input should be {last}"),
        Some((last, others)) => format!("Input should be {} or {last}", others.join(", ")),
        None => "Input is of a type that cannot be sent".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(inputs: Value) -> Vec<Value> {
        let mut faults = Faults::default();
        Input::all(Some(inputs), &mut faults);
        faults.0
    }

    #[test]
    fn an_answer_lists_some_faults_and_not_a_million() {
        let place = json!(["body", "inputs", 0, "name"]);
        let faults = faults_of(Value::Array(vec![json!({}); 10_000]));
        assert_eq!((faults.len(), &faults[0]["loc"]), (MAX_FAULTS, &place));
    }
}
