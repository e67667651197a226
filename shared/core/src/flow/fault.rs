//! What is wrong with a flow's text, and where.

use std::fmt;

/// Longest piece of the author's text that a message repeats, in characters.
const QUOTED_CHARACTERS: usize = 80;

/// Something to say about one place of a flow's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The same place as a JSON pointer into the document; empty for the document itself.
    pub path: String,
    /// What is wrong, in a sentence without its full stop.
    pub message: String,
    /// What was probably meant, ready to be pasted.
    pub suggestion: Option<String>,
    /// How bad it is.
    pub severity: Severity,
}

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The flow runs, probably not as its author thinks.
    Warning,
    /// Sound by the specification, but not run by this runtime.
    Refused,
    /// Faulty.
    Error,
}

impl Severity {
    /// The word shown to people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Refused => "refused",
            Self::Error => "error",
        }
    }
}

/// `3:7 error: unknown member `metod` (did you mean `method`?)`.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message, severity, .. } = self;
        write!(formatter, "{line}:{column} {}: {message}", severity.as_str())?;
        match &self.suggestion {
            Some(suggestion) => write!(formatter, " (did you mean `{suggestion}`?)"),
            None => Ok(()),
        }
    }
}

/// `text` on one line and short enough for a message.
pub(super) fn quoted(text: &str) -> String {
    let mut shown = String::from("`");
    let mut characters = text.trim().chars();
    let mut after_space = false;
    for character in characters.by_ref().take(QUOTED_CHARACTERS) {
        let is_space = character.is_whitespace() || character.is_control();
        if !(is_space && after_space) {
            shown.push(if is_space { ' ' } else { character });
        }
        after_space = is_space;
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown.push('`');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_like_a_compiler_message() {
        let fault = Fault {
            line: 3,
            column: 7,
            path: "/do/0/a/with/metod".to_owned(),
            message: "unknown member `metod`".to_owned(),
            suggestion: Some("method".to_owned()),
            severity: Severity::Error,
        };
        assert_eq!(fault.to_string(), "3:7 error: unknown member `metod` (did you mean `method`?)");
    }

    #[test]
    fn long_text_is_quoted_on_one_short_line() {
        assert_eq!(quoted("a\n  b"), "`a b`");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), QUOTED_CHARACTERS + 3);
    }
}
