//! A value of the document together with the way to it.

use std::fmt::Write;

use super::faults::{Found, Reported};
use crate::flow::{
    definition::Segment,
    source::{Located, Node, Position},
};

/// A value and the way to it. The way is a chain of places on the stack: a pointer is only
/// written out where a fault needs one.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) value: &'p Located,
    /// Where the value's name stands; where a list's item stands.
    pub(super) key: Position,
    way: Option<(&'p Place<'p>, Step<'p>)>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Member(&'p str),
    Item(usize),
}

impl<'p> Place<'p> {
    /// The whole document.
    pub(super) const fn root(value: &'p Located) -> Self {
        Self { value, key: value.at, way: None }
    }

    /// The member `name`, if this is an object that has it.
    pub(super) fn member(&'p self, name: &str) -> Option<Self> {
        let Node::Object(members) = &self.value.node else { return None };
        let (_, name, member) = members.get_full(name)?;
        Some(Self { value: &member.value, key: member.key, way: Some((self, Step::Member(name))) })
    }

    /// The member `name`, which the shape promises: without it the shape was reported.
    pub(super) fn part(&'p self, name: &str) -> Found<Self> {
        self.member(name).ok_or(Reported)
    }

    /// The text, which the shape promises.
    pub(super) fn written(&self) -> Found<&'p str> {
        self.text().ok_or(Reported)
    }

    /// All members, none if this is no object.
    pub(super) fn members(&'p self) -> impl Iterator<Item = (&'p str, Self)> {
        let members = match &self.value.node {
            Node::Object(members) => Some(members.iter()),
            _ => None,
        };
        members.into_iter().flatten().map(move |(name, member)| {
            let way = Some((self, Step::Member(name)));
            (name.as_str(), Self { value: &member.value, key: member.key, way })
        })
    }

    /// All items, none if this is no list.
    pub(super) fn items(&'p self) -> impl Iterator<Item = Self> {
        let items = match &self.value.node {
            Node::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().enumerate().map(move |(index, value)| Self {
            value,
            key: value.at,
            way: Some((self, Step::Item(index))),
        })
    }

    /// The text, if this is one.
    pub(super) fn text(&self) -> Option<&'p str> {
        match &self.value.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The way as a JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut place = self;
        while let Some((parent, step)) = &place.way {
            steps.push(step);
            place = parent;
        }
        let mut pointer = String::new();
        for step in steps.iter().rev() {
            match step {
                Step::Member(name) => push_escaped(&mut pointer, name),
                Step::Item(index) => push_escaped(&mut pointer, &index.to_string()),
            }
        }
        pointer
    }

    /// Goes down `path` as far as it leads and tells `finding` of the place found there.
    pub(super) fn descend<R>(&self, path: &[Segment], finding: impl FnOnce(&Place<'_>) -> R) -> R {
        let next = match path.first() {
            None => None,
            Some(Segment::Member(name)) => self.member(name),
            Some(Segment::Item(index)) => self.items().nth(*index),
        };
        match next {
            Some(next) => next.descend(path.get(1..).unwrap_or_default(), finding),
            None => finding(self),
        }
    }
}

/// Adds one step to a JSON pointer.
pub(super) fn push_escaped(pointer: &mut String, name: &str) {
    let name = name.replace('~', "~0").replace('/', "~1");
    // Writing to a `String` cannot fail.
    let _ = write!(pointer, "/{name}");
}
