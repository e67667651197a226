//! Until when a task may take, the nearest of all that enclose it.

use std::time::Duration;

use super::fault::{Fault, Raised};
use crate::{
    flow::{ErrorKind, raise},
    model::Timestamp,
};

/// The nearest deadline of a task.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline<'p> {
    /// When it passes.
    pub(super) at: Timestamp,
    /// How many deadlines enclose it, itself included.
    pub(super) level: u32,
    /// How long the declaring task had.
    after: Duration,
    /// The pointer of what declared it.
    declared_by: &'p str,
}

impl<'p> Deadline<'p> {
    /// The nearer of `outer` and one of `after` counted from `start`. One that is not nearer than
    /// the outer one can never pass first and is forgotten.
    pub(super) fn nearer(
        outer: Option<Self>,
        start: Timestamp,
        after: Duration,
        declared_by: &'p str,
    ) -> Self {
        let at = start.after(after);
        match outer {
            Some(outer) if outer.at <= at => outer,
            _ => Self { at, level: level(outer) + 1, after, declared_by },
        }
    }

    /// What is raised when it has passed.
    pub(super) fn overdue<S>(self) -> Fault<S> {
        let detail = format!("it did not end within {:?}", self.after);
        Fault::Raised(Box::new(Raised {
            error: raise(ErrorKind::Timeout, self.declared_by, detail),
            logged: false,
            overdue_level: self.level,
        }))
    }
}

/// How many deadlines lie around a place whose nearest is `deadline`.
pub(super) fn level(deadline: Option<Deadline<'_>>) -> u32 {
    deadline.map_or(0, |deadline| deadline.level)
}
