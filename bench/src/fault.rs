//! What went wrong while measuring.

use std::fmt;

/// Most faults that are shown; all are counted.
const SHOWN: usize = 10;

/// Lost runs and wrong answers.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    shown: Vec<String>,
    count: usize,
}

impl Faults {
    /// Adds one.
    pub(crate) fn add(&mut self, fault: String) {
        self.count += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(fault);
        }
    }

    /// Adds all of `others`.
    pub(crate) fn merge(&mut self, others: Self) {
        self.count += others.count;
        let free = SHOWN.saturating_sub(self.shown.len());
        self.shown.extend(others.shown.into_iter().take(free));
    }

    /// Whether nothing went wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} faults, of which:", self.count)?;
        self.shown.iter().try_for_each(|fault| writeln!(formatter, "  {fault}"))
    }
}
