//! A point in time as the records hold it. Reading the clock is `clock`'s.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// `2026-02-09T23:24:39`, UTC, without the fraction and without a zone.
    #[must_use]
    pub fn to_the_second(self) -> String {
        self.to_string().chars().take("2026-02-09T23:24:39".len()).collect()
    }

    /// The time `duration` later; at the end of time it stands still.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// `2026-02-09T23:24:39.123Z`, RFC 3339.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = i64::try_from(self.0).unwrap_or(i64::MAX);
        match jiff::Timestamp::from_millisecond(milliseconds) {
            Ok(time) => write!(formatter, "{time:.3}"),
            Err(_) => write!(formatter, "{milliseconds} ms"),
        }
    }
}

/// The text is no point in time as RFC 3339 writes it, after 1969.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time such as 2026-02-09T23:24:39Z is expected")]
pub struct InvalidTime;

impl FromStr for Timestamp {
    type Err = InvalidTime;

    /// Reads RFC 3339, to the millisecond.
    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let time: jiff::Timestamp = text.parse().map_err(|_| InvalidTime)?;
        u64::try_from(time.as_millisecond()).map(Self).map_err(|_| InvalidTime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_shown_as_rfc_3339_with_milliseconds() {
        assert_eq!(
            Timestamp::from_millis(1_770_679_479_120).to_string(),
            "2026-02-09T23:24:39.120Z"
        );
    }

    #[test]
    fn a_timestamp_is_read_from_rfc_3339() {
        for (text, milliseconds) in [
            ("2026-02-09T23:24:39.120Z", Ok(1_770_679_479_120)),
            ("2026-02-09T23:24:39Z", Ok(1_770_679_479_000)),
            ("2026-02-10T00:24:39+01:00", Ok(1_770_679_479_000)),
            ("1969-12-31T23:59:59Z", Err(InvalidTime)),
            ("2026-02-09T23:24:39", Err(InvalidTime)),
            ("<aws.scheduler.scheduled-time>", Err(InvalidTime)),
        ] {
            assert_eq!(text.parse(), milliseconds.map(Timestamp::from_millis), "{text}");
        }
    }

    #[test]
    fn time_arithmetic_saturates() {
        let late = Timestamp::from_millis(u64::MAX - 1);
        assert_eq!(late.after(Duration::MAX).as_millis(), u64::MAX);
        assert_eq!(Timestamp::from_millis(5).since(late), Duration::ZERO);
    }
}
