//! The three environments, each of which serves a flow version of its own.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a trigger runs its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Environment {
    /// Development.
    Dev,
    /// User acceptance testing.
    Uat,
    /// Production.
    Prod,
}

impl Environment {
    /// All of them, in the order of promotion.
    pub const ALL: [Self; 3] = [Self::Dev, Self::Uat, Self::Prod];

    /// `DEV`, `UAT` or `PROD`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dev => "DEV",
            Self::Uat => "UAT",
            Self::Prod => "PROD",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text names none of the environments.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment is one of DEV, UAT and PROD")]
pub struct UnknownEnvironment;

impl FromStr for Environment {
    type Err = UnknownEnvironment;

    /// Compares without case.
    fn from_str(text: &str) -> Result<Self, UnknownEnvironment> {
        Self::ALL
            .into_iter()
            .find(|environment| environment.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownEnvironment)
    }
}
