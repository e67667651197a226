//! What a key may be used for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One thing a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// See flows and triggers.
    ReadFlows,
    /// Start runs.
    Trigger,
    /// See runs: their state, log and result.
    ReadResults,
    /// Cancel runs.
    Cancel,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ReadFlows, Self::Trigger, Self::ReadResults, Self::Cancel];

    /// As it is written: `read_flows`, `trigger`, `read_results`, `cancel`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadFlows => "read_flows",
            Self::Trigger => "trigger",
            Self::ReadResults => "read_results",
            Self::Cancel => "cancel",
        }
    }
}

/// All that a key may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Every scope there is today; a scope added later is not in a key made before.
    #[must_use]
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether `scope` is among them.
    #[must_use]
    pub fn contain(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// In a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}
