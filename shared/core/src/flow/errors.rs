//! The kinds of errors that the flow language defines (Open Workflow DSL 1.0.3, "Standard Error Types").

use crate::model::RunError;

/// A standard kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The flow itself is faulty.
    Configuration,
    /// Data did not match a schema.
    Validation,
    /// An expression failed.
    Expression,
    /// Credentials were refused.
    Authentication,
    /// Not allowed.
    Authorization,
    /// It took too long.
    Timeout,
    /// A call got no answer, or one that says it failed.
    Communication,
    /// The runtime could not go on.
    Runtime,
}

const BASE: &str = "https://open-workflow-specification.org/spec/1.0.0/errors/";

/// The conformance kit's names of the same kinds, and those of the language before it was renamed.
const ALIASES: [&str; 3] = [
    "https://open-workflow-specification.org/dsl/errors/types/",
    "https://serverlessworkflow.io/spec/1.0.0/errors/",
    "https://serverlessworkflow.io/dsl/errors/types/",
];

impl ErrorKind {
    const ALL: [Self; 8] = [
        Self::Configuration,
        Self::Validation,
        Self::Expression,
        Self::Authentication,
        Self::Authorization,
        Self::Timeout,
        Self::Communication,
        Self::Runtime,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Validation => "validation",
            Self::Expression => "expression",
            Self::Authentication => "authentication",
            Self::Authorization => "authorization",
            Self::Timeout => "timeout",
            Self::Communication => "communication",
            Self::Runtime => "runtime",
        }
    }

    const fn status(self) -> u16 {
        match self {
            Self::Configuration | Self::Validation | Self::Expression => 400,
            Self::Authentication => 401,
            Self::Authorization => 403,
            Self::Timeout => 408,
            Self::Communication | Self::Runtime => 500,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration Error",
            Self::Validation => "Validation Error",
            Self::Expression => "Expression Error",
            Self::Authentication => "Authentication Error",
            Self::Authorization => "Authorization Error",
            Self::Timeout => "Timeout Error",
            Self::Communication => "Communication Error",
            Self::Runtime => "Runtime Error",
        }
    }
}

/// An error of a standard kind, raised by the task at `instance`.
#[must_use]
pub fn raise(kind: ErrorKind, instance: &str, detail: impl Into<String>) -> RunError {
    RunError {
        kind: format!("{BASE}{}", kind.word()),
        status: kind.status(),
        title: kind.title().to_owned(),
        detail: Some(detail.into()),
        instance: Some(instance.to_owned()),
    }
}

/// Whether two URIs name one kind, under whichever of its names.
#[must_use]
pub(crate) fn same_kind(left: &str, right: &str) -> bool {
    canonical(left) == canonical(right)
}

/// What an error of `kind` is called where nobody named it.
#[must_use]
pub(crate) fn title_of(kind: &str) -> &'static str {
    let word = canonical(kind);
    ErrorKind::ALL.into_iter().find(|kind| kind.word() == word).map_or("Error", ErrorKind::title)
}

fn canonical(kind: &str) -> &str {
    ALIASES.iter().chain([&BASE]).find_map(|base| kind.strip_prefix(base)).unwrap_or(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_has_several_names() {
        assert!(same_kind(
            "https://open-workflow-specification.org/dsl/errors/types/communication",
            &raise(ErrorKind::Communication, "/do/0/x", "no answer").kind,
        ));
        assert!(!same_kind("https://example.com/a", "https://example.com/b"));
    }
}
