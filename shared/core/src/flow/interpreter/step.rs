//! One visit of one task.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::{
    deadline::Deadline,
    place::Place,
    scope::{Binding, View},
};
use crate::flow::{Task, Then};

/// Data on its way between tasks. Shared, because inputs pass unchanged through most of them.
pub(super) type Data = Arc<Value>;

/// What a list of tasks runs in.
#[derive(Clone, Copy)]
pub(super) struct Frame<'f> {
    pub(super) place: &'f Place,
    pub(super) bindings: Option<&'f Binding<'f>>,
    pub(super) deadline: Option<Deadline<'f>>,
}

/// One visit of one task.
pub(super) struct Step<'f> {
    pub(super) task: &'f Task,
    /// The instance path.
    pub(super) path: String,
    /// Its input before `input.from`.
    pub(super) raw: Data,
    /// Its input after.
    pub(super) input: Data,
    pub(super) frame: Frame<'f>,
    /// What its line in the log adds: the same on every replay.
    pub(super) remark: OnceLock<String>,
}

/// How a task or a list ended, where it did not fault.
pub(super) enum Outcome {
    /// With an output, and with its own idea of what follows.
    Done(Data, Option<Then>),
    /// Inside of it the flow came to its end, with the flow's output.
    FlowEnded(Data),
}

impl Step<'_> {
    /// The key of this visit's effect: its path and which try it is.
    pub(super) fn key(&self) -> String {
        format!("{}#{}", self.path, self.frame.place.attempt)
    }

    /// A key for something else about this visit.
    pub(super) fn key_of(&self, what: &str) -> String {
        format!("{}#{}/{what}", self.path, self.frame.place.attempt)
    }

    /// What `if` and `input.from` see.
    pub(super) fn before(&self) -> View<'_> {
        View { task: Some(self), bindings: self.frame.bindings, ..View::of_flow(&self.task.path) }
    }

    /// What the task's definition sees.
    pub(super) fn during(&self) -> View<'_> {
        View { input: Some(&self.input), ..self.before() }
    }

    /// What `output.as` sees.
    pub(super) fn after<'v>(&'v self, raw_output: &'v Value) -> View<'v> {
        View { raw_output: Some(raw_output), ..self.during() }
    }

    /// A place for the lists of this task.
    pub(super) fn place(&self) -> Place {
        Place::inside(self.task, self.path.clone(), self.frame.place.attempt)
    }
}
