//! How a command fails: its words for people, its exit code for scripts.

use std::{error::Error as _, process::ExitCode};

use shared::{runs, secrets, store};

use crate::output::note;

/// A command's failure.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Something did not work.
    #[error("{0}")]
    Failed(String),
    /// Something did not work, because of something else.
    #[error("{what}")]
    Because {
        /// What.
        what: String,
        /// Something else.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// What was named is not there.
    #[error("{0}")]
    NotFound(String),
    /// The failure has been shown already; only the code is left.
    #[error("exit code {0}")]
    Shown(u8),
    /// Whoever read the output has left, as `head` does: no failure.
    #[error("nobody reads the output any more")]
    ReaderLeft,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The secrets of triggers failed.
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
    /// A use case failed.
    #[error(transparent)]
    Run(#[from] runs::Error),
}

impl Error {
    /// A failure with a cause.
    pub(crate) fn because(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Because { what: what.into(), source: source.into() }
    }

    /// The process's exit code, as `--help` lists them.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::ReaderLeft => 0,
            Self::Failed(_) | Self::Because { .. } | Self::Store(_) | Self::Secrets(_) => 1,
            Self::Usage(_) => 2,
            Self::NotFound(_) => 3,
            Self::Run(error) => match error.kind() {
                runs::ErrorKind::NotFound => 3,
                _ => 1,
            },
            Self::Shown(code) => *code,
        }
    }

    /// Tells the failure on standard error, with its causes.
    pub(crate) fn report(&self) -> ExitCode {
        if !matches!(self, Self::Shown(_) | Self::ReaderLeft) {
            note(&format!("error: {}\n", self.story()));
        }
        ExitCode::from(self.code())
    }

    /// The failure and its causes on one line, each once.
    pub(crate) fn story(&self) -> String {
        let mut story = vec![self.to_string()];
        if let Self::Run(runs::Error::InvalidInput { pointer, message }) = self {
            let place = if pointer.is_empty() { "the input itself" } else { pointer };
            story.push(format!("at {place}: {message}"));
        }
        if let Self::Run(runs::Error::InvalidAnswer { member, message }) = self {
            story.push(format!("{member}: {message}"));
        }
        let mut source = self.source();
        while let Some(cause) = source {
            story.push(cause.to_string());
            source = cause.source();
        }
        story.join(": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_its_causes() {
        let cause = std::io::Error::other("disk full");
        let error = Error::because("cannot write `a.json`", cause);
        assert_eq!(error.story(), "cannot write `a.json`: disk full");
        assert_eq!(error.code(), 1);
    }

    #[test]
    fn an_input_that_does_not_fit_is_told_with_its_place() {
        let error = Error::Run(runs::Error::InvalidInput {
            pointer: "/items/0".to_owned(),
            message: "value is not of type \"object\"".to_owned(),
        });
        assert!(error.story().ends_with("at /items/0: value is not of type \"object\""));
    }

    #[test]
    fn what_is_not_there_has_a_code_of_its_own() {
        assert_eq!(Error::NotFound("no trigger `x`".to_owned()).code(), 3);
        assert_eq!(Error::Run(runs::Error::NoTrigger).code(), 3);
        assert_eq!(Error::Run(runs::Error::TooLarge).code(), 1);
    }
}
