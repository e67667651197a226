//! What every part of the loader shares: the faults, the shared components, and reading a value
//! by its shape.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::{
    faults::{Faults, Found, Remark, Reported},
    place::Place,
    shared::Components,
};
use crate::flow::{
    Fault,
    definition::{self, Problem, Reason, Segment},
    fault::quoted,
    nearest::{closest, one_of},
    source::{Located, Node},
};

/// Most faults reported of one construct.
const MAX_MENDED: usize = 16;

/// Checks and compiles one document.
pub(super) struct Loader<'p> {
    pub(super) faults: Faults,
    pub(super) components: Components<'p>,
    /// Whether any expression reads the context, other than those that make it.
    pub(super) reads_context: bool,
    /// Whether anything may read or write the run's thread.
    pub(super) reads_thread: bool,
    /// How many expressions the flow has so far.
    pub(super) expression_count: usize,
    /// How many patterns the schemas have so far.
    pub(super) pattern_count: usize,
}

impl<'p> Loader<'p> {
    /// A loader of a document with these shared components.
    pub(super) fn new(components: Option<&'p Place<'p>>) -> Self {
        Self {
            faults: Faults::default(),
            components: Components::new(components),
            reads_context: false,
            reads_thread: false,
            expression_count: 0,
            pattern_count: 0,
        }
    }

    /// What was found, and whether the flow can be run.
    pub(super) fn into_faults(self) -> (Vec<Fault>, bool) {
        self.faults.finish()
    }

    /// An error at the value of `place`.
    pub(super) fn error(&mut self, place: &Place<'_>, message: impl Into<String>) -> Reported {
        self.faults.at_value(place, Remark::error(message))
    }

    /// Reads a value as a `T`.
    pub(super) fn read<T: DeserializeOwned>(&mut self, place: &Place<'_>) -> Found<T> {
        self.read_members(place, |_| true, &[])
    }

    /// Reads those members of a value that `keep` names as a `T`; reports everything that does not
    /// fit, not just the first: what was reported is taken away, and the rest read again.
    /// `others` are members of the value that are read elsewhere: a slip may have been meant so.
    pub(super) fn read_members<T: DeserializeOwned>(
        &mut self,
        place: &Place<'_>,
        keep: fn(&str) -> bool,
        others: &[&str],
    ) -> Found<T> {
        let mut value = Cow::Borrowed(place.value);
        let mut mended: Vec<Vec<Segment>> = Vec::new();
        for _ in 0..MAX_MENDED {
            let problem = match definition::read::<T>(&value, keep) {
                Ok(read) if mended.is_empty() => return Ok(read),
                Ok(_) => return Err(Reported),
                Err(problem) => problem,
            };
            let path: Vec<Segment> = problem.path().cloned().collect();
            // What lacks something after a part of it was taken away may have had it.
            let follows = mended
                .iter()
                .any(|earlier| earlier.split_last().is_some_and(|(_, parent)| parent == path));
            if !follows {
                self.report(place, &path, &problem, others);
            }
            if !take_away(value.to_mut(), &path) {
                return Err(Reported);
            }
            mended.push(path);
        }
        Err(Reported)
    }

    fn report(&mut self, place: &Place<'_>, path: &[Segment], problem: &Problem, others: &[&str]) {
        let remark = match &problem.reason {
            Reason::UnknownMember { name, known } => {
                unknown_member(name, known, if path.len() == 1 { others } else { &[] })
            }
            Reason::Missing(name) => Remark::error(format!("`{name}` is missing")),
            Reason::UnknownWord { word, known } => {
                let meant = closest(word, known.iter().copied());
                let message = format!("unknown word {}: expected {}", quoted(word), one_of(known));
                Remark::error(message).meant(meant)
            }
            Reason::Other(message) => Remark::error(message.clone()),
        };
        place.descend(path, |found| match &problem.reason {
            Reason::UnknownMember { .. } | Reason::Missing(_) => self.faults.at_key(found, remark),
            Reason::UnknownWord { .. } if found.text().is_none() => {
                self.faults.at_key(found, remark)
            }
            _ => self.faults.at_value(found, remark),
        });
    }
}

/// A member that is not in the vocabulary.
fn unknown_member(name: &str, known: &[&str], others: &[&str]) -> Remark {
    let name_quoted = quoted(name);
    match closest(name, known.iter().chain(others).copied()) {
        Some(meant) => Remark::error(format!("unknown member {name_quoted}")).meant(Some(meant)),
        None => Remark::error(format!("unknown member {name_quoted}: expected {}", one_of(known))),
    }
}

/// Removes the member at `path`, or the object around it where `path` leads into a list.
fn take_away(value: &mut Located, path: &[Segment]) -> bool {
    let Some((last, way)) = path.split_last() else { return false };
    let mut value = value;
    for segment in way {
        let next = match (segment, &mut value.node) {
            (Segment::Member(name), Node::Object(members)) => {
                members.get_mut(name).map(|member| &mut member.value)
            }
            (Segment::Item(index), Node::List(items)) => items.get_mut(*index),
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => return false,
        }
    }
    match (last, &mut value.node) {
        (Segment::Member(name), Node::Object(members)) => members.shift_remove(name).is_some(),
        _ => false,
    }
}
