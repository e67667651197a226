//! What keeps a value from being read as a type of the vocabulary.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

/// A step from a value into one of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::flow) enum Segment {
    Member(String),
    Item(usize),
}

/// What is wrong, and where below the value that was read.
#[derive(Debug)]
pub(in crate::flow) struct Problem {
    pub(in crate::flow) reason: Reason,
    /// Innermost first.
    path: Vec<Segment>,
}

/// What is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::flow) enum Reason {
    /// The member at the path is not in the vocabulary, which has these.
    UnknownMember { name: String, known: &'static [&'static str] },
    /// The object at the path lacks a member.
    Missing(&'static str),
    /// The word at the path is not one of these.
    UnknownWord { word: String, known: &'static [&'static str] },
    /// Anything else, in words.
    Other(String),
}

impl Problem {
    fn new(reason: Reason) -> Self {
        Self { reason, path: Vec::new() }
    }

    /// The same, seen from one step further out.
    pub(super) fn below(mut self, segment: Segment) -> Self {
        self.path.push(segment);
        self
    }

    /// Where it is, from the outside in.
    pub(in crate::flow) fn path(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.path.iter().rev()
    }
}

impl Error for Problem {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(Reason::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {}, found {}", wanted(expected), shown(&found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::new(Reason::UnknownMember { name: name.to_owned(), known })
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self::new(Reason::UnknownWord { word: word.to_owned(), known })
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(Reason::Missing(name))
    }
}

impl std::error::Error for Problem {}

impl Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.reason)
    }
}

/// serde's name of what it expected, in the words of YAML and JSON.
fn wanted(expected: &dyn Expected) -> String {
    let name = expected.to_string();
    match name.as_str() {
        "a string" => "a text",
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" => "an object",
        "u16" | "u32" | "u64" => "a whole number, zero or more",
        _ if name.starts_with("struct ") => "an object",
        _ => return name,
    }
    .to_owned()
}

fn shown(found: &Unexpected<'_>) -> String {
    match found {
        Unexpected::Unit => "nothing".to_owned(),
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Str(_) => "a text".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        _ => "something else".to_owned(),
    }
}
