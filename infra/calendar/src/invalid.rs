//! What is wrong with an expression or a zone.

/// An expression or a time zone that cannot be meant. The text says which part, and what is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

impl Invalid {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// About one field of a cron expression.
    pub(crate) fn field(name: &str, text: &str, expected: impl std::fmt::Display) -> Self {
        Self(format!("{name} `{text}`: {expected}"))
    }
}
