//! The located tree.

use indexmap::IndexMap;
use serde_json::{Number, Value};

/// A place in the text: line and column, both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::flow) struct Position {
    pub(in crate::flow) line: usize,
    pub(in crate::flow) column: usize,
}

/// A value and where it starts.
#[derive(Clone, Debug)]
pub(in crate::flow) struct Located {
    pub(in crate::flow) node: Node,
    /// Where the value starts; the opening quote of a quoted text.
    pub(in crate::flow) at: Position,
    /// Where the content of a text starts, if the text stands in the source as it is read, line by
    /// line from this column on: an offset into such a text is a place in the source.
    pub(in crate::flow) content: Option<Position>,
}

/// A value.
#[derive(Clone, Debug)]
pub(in crate::flow) enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Located>),
    Object(IndexMap<String, Member>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(in crate::flow) struct Member {
    /// Where its name starts.
    pub(in crate::flow) key: Position,
    pub(in crate::flow) value: Located,
}

impl Located {
    /// The same without positions.
    pub(in crate::flow) fn to_value(&self) -> Value {
        match &self.node {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(*value),
            Node::Number(value) => Value::Number(value.clone()),
            Node::Text(value) => Value::String(value.clone()),
            Node::List(items) => items.iter().map(Self::to_value).collect(),
            Node::Object(members) => members
                .iter()
                .map(|(name, member)| (name.clone(), member.value.to_value()))
                .collect(),
        }
    }

    /// Where the character `offset` bytes into the text stands, if that can be told.
    pub(in crate::flow) fn position_of(&self, offset: usize) -> Option<Position> {
        let (Node::Text(text), Some(start)) = (&self.node, self.content) else {
            return None;
        };
        let before = text.get(..offset)?;
        let (lines, last) = match before.rsplit_once('\n') {
            Some((earlier, last)) => (earlier.matches('\n').count() + 1, last),
            None => (0, before),
        };
        Some(Position { line: start.line + lines, column: start.column + last.chars().count() })
    }
}
