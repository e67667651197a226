//! The two ways in which a task does not end: its host stops it, or an error is raised.

use crate::model::RunError;

/// Why a task did not end.
#[derive(Debug)]
pub(super) enum Fault<S> {
    /// The host stops the run here. No flow sees this.
    Stop(S),
    /// An error on its way to whoever catches it.
    Raised(Box<Raised>),
}

/// An error on its way up.
#[derive(Debug)]
pub(super) struct Raised {
    /// What was raised.
    pub(super) error: RunError,
    /// Whether the log has it already: only the task that faulted first tells.
    pub(super) logged: bool,
    /// The level of the deadline that passed, or zero. Only a `try` outside of that deadline may
    /// catch it, or no timeout would end a flow that catches everything.
    pub(super) overdue_level: u32,
}

impl<S> From<RunError> for Fault<S> {
    fn from(error: RunError) -> Self {
        Self::Raised(Box::new(Raised { error, logged: false, overdue_level: 0 }))
    }
}
