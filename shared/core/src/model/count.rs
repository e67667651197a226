//! How many runs may be in flight.

use std::{fmt, str::FromStr};

use super::limits::MAX_RUNS_IN_FLIGHT;

/// The most runs of a workspace or a flow that have not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxRuns(u32);

/// Not a number of runs that can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of runs from 1 to {MAX_RUNS_IN_FLIGHT} is expected")]
pub struct InvalidCount;

impl MaxRuns {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for MaxRuns {
    type Err = InvalidCount;

    fn from_str(text: &str) -> Result<Self, InvalidCount> {
        let count = text.parse().map_err(|_| InvalidCount)?;
        (1..=MAX_RUNS_IN_FLIGHT).contains(&count).then_some(Self(count)).ok_or(InvalidCount)
    }
}

impl fmt::Display for MaxRuns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_runs_is_bounded() {
        for (text, count) in [
            ("1", Some(1)),
            ("1000", Some(1000)),
            ("0", None),
            ("1001", None),
            ("-1", None),
            ("", None),
            ("many", None),
        ] {
            assert_eq!(text.parse().ok().map(MaxRuns::get), count, "{text}");
        }
    }
}
