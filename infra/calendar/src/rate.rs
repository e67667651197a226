//! `rate(5 minutes)`.

use std::{fmt, time::Duration};

use crate::Invalid;

/// Every so many minutes, hours or days of 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    value: u64,
    unit: &'static str,
    unit_s: u64,
}

const UNITS: [(&str, u64); 3] = [("minute", 60), ("hour", 3600), ("day", 24 * 3600)];

/// Longest period. No limit is published; this one keeps arithmetic sound.
const MAX_S: u64 = 100 * 366 * 24 * 3600;

impl Rate {
    /// Reads what stands in the brackets.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let (value, unit) = text.trim().split_once(char::is_whitespace)?;
            let value = value.parse::<u64>().ok().filter(|value| *value > 0)?;
            let unit = unit.trim().to_ascii_lowercase();
            let singular = unit.strip_suffix('s').unwrap_or(&unit);
            let (unit, unit_s) = UNITS.into_iter().find(|(name, _)| *name == singular)?;
            value.checked_mul(unit_s).filter(|seconds| *seconds <= MAX_S)?;
            Some(Self { value, unit, unit_s })
        };
        read().ok_or_else(|| {
            Invalid::new(format!(
                "rate `{text}`: a number from 1 and `minutes`, `hours` or `days` are expected, as in rate(5 minutes)"
            ))
        })
    }

    pub(crate) const fn period(self) -> Duration {
        Duration::from_secs(self.value * self.unit_s)
    }
}

/// `rate(1 hour)`, `rate(5 minutes)`: EventBridge insists on the number.
impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.value == 1 { "" } else { "s" };
        write!(formatter, "rate({} {}{plural})", self.value, self.unit)
    }
}
