//! What is listened for, and what people are asked.

use super::{Schema, Template};

/// What a task listens for.
#[derive(Debug)]
pub struct Listen {
    /// The types of events, at least one; the first event of any of them ends it.
    pub kinds: Vec<Template>,
    /// What of the event is put out.
    pub read: ReadAs,
    /// What a person is asked.
    pub ask: Option<Ask>,
}

/// How an event is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// Its data.
    Data,
    /// All of it, as a `CloudEvent`.
    Envelope,
    /// Its data as JSON text.
    Raw,
}

/// What a person is asked (`metadata` of a task that listens).
#[derive(Debug)]
pub struct Ask {
    /// In words.
    pub question: Template,
    /// The answers there are; any will do where there is no list.
    pub choices: Option<Template>,
    /// What an answer must look like.
    pub schema: Option<Schema>,
}
