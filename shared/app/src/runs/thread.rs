//! The thread that a new run belongs to. So far it is a mark that runs are listed by: runs of one thread
//! neither wait for each other nor share anything.

use crate::model::{RunId, ThreadId};

/// Which thread a new run belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Thread {
    /// None.
    #[default]
    None,
    /// One that it begins, which has its id: a repeat of the call names the same one.
    New,
    /// This one.
    Given(ThreadId),
}

impl Thread {
    /// The thread that the caller named.
    #[must_use]
    pub const fn given(&self) -> Option<&ThreadId> {
        match self {
            Self::None | Self::New => None,
            Self::Given(thread) => Some(thread),
        }
    }

    /// The thread of the run with this id.
    #[must_use]
    pub fn of_run(&self, id: RunId) -> Option<ThreadId> {
        match self {
            Self::None => None,
            Self::New => Some(id.into()),
            Self::Given(thread) => Some(thread.clone()),
        }
    }
}
