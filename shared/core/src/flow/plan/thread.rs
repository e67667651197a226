//! What is read and written of the run's thread.

use super::Template;

/// How much of a thread's conversation a model is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadHistory {
    /// So many of its newest messages at most.
    pub max_messages: usize,
    /// No more than this, in bytes of JSON.
    pub max_bytes: usize,
    /// Whether what is older is summed up by the model, instead of dropped.
    pub summarize: bool,
}

/// What is to be kept in the run's thread.
#[derive(Debug)]
pub struct ThreadCall {
    /// The document, in place of the one before.
    pub document: Option<Template>,
    /// Messages that are added: a list of `{role, content}`.
    pub messages: Option<Template>,
}
