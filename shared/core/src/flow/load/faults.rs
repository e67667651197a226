//! The faults found so far.

use super::place::Place;
use crate::flow::{Fault, Severity, source::Position};

/// More are not kept: nobody reads them, and a hostile document could have very many.
const MAX_FAULTS: usize = 100;

/// Says that a fault was recorded: whoever gets it has nothing left to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

/// A part of the plan, or nothing because of a recorded fault.
pub(super) type Found<T> = Result<T, Reported>;

/// Collects faults.
#[derive(Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
    /// Warnings that depend on what is still to be read.
    held: Vec<Fault>,
    /// Whether something else than a warning was found.
    stops: bool,
}

/// What to say about a place.
pub(super) struct Remark {
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) suggestion: Option<String>,
}

impl Remark {
    /// Something faulty.
    pub(super) fn error(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), suggestion: None }
    }

    /// Something that this runtime does not run; `what` names it.
    pub(super) fn refused(what: &str) -> Self {
        let message = format!("not supported by this runtime: {what}");
        Self { severity: Severity::Refused, message, suggestion: None }
    }

    /// Something that is probably not meant.
    pub(super) fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, message: message.into(), suggestion: None }
    }

    /// The same, with what was probably meant.
    pub(super) fn meant(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }
}

impl Faults {
    /// Records `remark` at the value of `place`.
    pub(super) fn at_value(&mut self, place: &Place<'_>, remark: Remark) -> Reported {
        self.at(place.value.at, place, remark)
    }

    /// Records `remark` at the name of `place`.
    pub(super) fn at_key(&mut self, place: &Place<'_>, remark: Remark) -> Reported {
        self.at(place.key, place, remark)
    }

    /// Records `remark` at `position`, which belongs to `place`.
    pub(super) fn at(&mut self, position: Position, place: &Place<'_>, remark: Remark) -> Reported {
        self.stops |= remark.severity != Severity::Warning;
        // A warning must not take the place of what stops the flow.
        let kept = if remark.severity == Severity::Warning { MAX_FAULTS / 2 } else { MAX_FAULTS };
        if self.found.len() < kept {
            self.found.push(fault(position, place, remark));
        }
        Reported
    }

    /// Whether there is no use in looking for more.
    pub(super) const fn is_full(&self) -> bool {
        self.found.len() >= MAX_FAULTS
    }

    /// Keeps a warning at the name of `place` back until `release_held`.
    pub(super) fn hold(&mut self, place: &Place<'_>, remark: Remark) {
        if self.held.len() < MAX_FAULTS / 2 {
            self.held.push(fault(place.key, place, remark));
        }
    }

    /// The warnings kept back are due.
    pub(super) fn release_held(&mut self) {
        self.found.append(&mut self.held);
    }

    /// All faults by position, each once, and whether the flow can be run in spite of them.
    pub(super) fn finish(mut self) -> (Vec<Fault>, bool) {
        self.found.sort_by(|left, right| {
            (left.line, left.column, &left.message).cmp(&(right.line, right.column, &right.message))
        });
        self.found.dedup();
        (self.found, !self.stops)
    }
}

fn fault(position: Position, place: &Place<'_>, remark: Remark) -> Fault {
    Fault {
        line: position.line,
        column: position.column,
        path: place.pointer(),
        message: remark.message,
        suggestion: remark.suggestion,
        severity: remark.severity,
    }
}
