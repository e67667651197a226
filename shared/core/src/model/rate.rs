//! How often something may be done: so many in a period, and so many at once.
//!
//! A rate is kept as a bucket of tokens, of which the one number that is stored is when the bucket will be full again
//! (the generic cell rate algorithm of ITU-T I.371). Each token moves that moment further away; one that would move it
//! further than a whole bucket lasts is refused.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Timestamp, limits::MAX_RATE_PER_SECOND};

/// How many in which period, and how many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Rate {
    frequency: Frequency,
    burst: u32,
}

/// How many in which period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    count: u32,
    period: Period,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Period {
    Second,
    Minute,
}

/// A rate as its record has it.
#[derive(Serialize, Deserialize)]
struct Stored {
    count: u32,
    per: Period,
    burst: u32,
}

/// Not a rate that can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRate {
    /// It is not written as one.
    #[error("a rate such as `10/s` or `100/min` is expected")]
    Form,
    /// More writes than one item bears.
    #[error("a rate can be {MAX_RATE_PER_SECOND} a second at most")]
    TooHigh,
    /// Nothing would ever pass, or a pause would let more pass than a minute may see.
    #[error("a burst is at least 1, and at most what a minute at the highest rate sees")]
    Burst,
}

impl Rate {
    /// So often, and `burst` at once.
    ///
    /// # Errors
    /// [`InvalidRate::Burst`].
    pub const fn new(frequency: Frequency, burst: u32) -> Result<Self, InvalidRate> {
        if burst == 0 || burst > MAX_RATE_PER_SECOND * 60 {
            return Err(InvalidRate::Burst);
        }
        Ok(Self { frequency, burst })
    }

    /// How many at once after a pause.
    #[must_use]
    pub const fn burst(&self) -> u32 {
        self.burst
    }

    /// How long an empty bucket takes to be full.
    #[must_use]
    pub const fn window(&self) -> Duration {
        Duration::from_micros(self.cost_us() * self.burst as u64)
    }

    /// How much later the bucket is full for each token that is taken, in microseconds. Rounded up: never a token too
    /// many, and at the highest rate a twentieth of a percent too few.
    #[must_use]
    pub const fn cost_us(&self) -> u64 {
        let Frequency { count, period } = self.frequency;
        period.us().div_ceil(count as u64)
    }

    /// The latest moment to be full again, in microseconds, at which a bucket has a token left at `now`.
    #[must_use]
    pub const fn latest_us(&self, now: Timestamp) -> u64 {
        microseconds(now) + self.cost_us() * (self.burst as u64 - 1)
    }

    /// How a bucket stands at `now` that will be full at `full_us`.
    #[must_use]
    pub fn level(&self, full_us: u64, now: Timestamp) -> Level {
        let now_us = microseconds(now);
        if full_us <= now_us {
            return Level { remaining: self.burst, next_in: Duration::ZERO };
        }
        let cost_us = self.cost_us();
        let left_us = (now_us + cost_us * u64::from(self.burst)).saturating_sub(full_us);
        let remaining = u32::try_from(left_us / cost_us).unwrap_or(self.burst);
        Level { remaining, next_in: Duration::from_micros(cost_us - left_us % cost_us) }
    }
}

/// How a bucket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// How many could be taken at once.
    pub remaining: u32,
    /// When there will be one more; zero in a full bucket.
    pub next_in: Duration,
}

/// A moment as buckets count time.
#[must_use]
pub const fn microseconds(time: Timestamp) -> u64 {
    time.as_millis().saturating_mul(1000)
}

impl Frequency {
    /// How many, in whatever period.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    const fn new(count: u32, period: Period) -> Result<Self, InvalidRate> {
        let per_second = period.us() / 1_000_000;
        if count == 0 {
            return Err(InvalidRate::Form);
        }
        if count as u64 > MAX_RATE_PER_SECOND as u64 * per_second {
            return Err(InvalidRate::TooHigh);
        }
        Ok(Self { count, period })
    }
}

impl Period {
    const fn us(self) -> u64 {
        match self {
            Self::Second => 1_000_000,
            Self::Minute => 60_000_000,
        }
    }
}

impl FromStr for Frequency {
    type Err = InvalidRate;

    /// Reads `10/s` and `100/min`.
    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (count, period) = text.split_once('/').ok_or(InvalidRate::Form)?;
        let period = match period {
            "s" | "sec" | "second" => Period::Second,
            "m" | "min" | "minute" => Period::Minute,
            _ => return Err(InvalidRate::Form),
        };
        Self::new(count.parse().map_err(|_| InvalidRate::Form)?, period)
    }
}

/// `10/s`.
impl fmt::Display for Frequency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = match self.period {
            Period::Second => "s",
            Period::Minute => "min",
        };
        write!(formatter, "{}/{period}", self.count)
    }
}

/// `10/s, 20 at once`.
impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {} at once", self.frequency, self.burst)
    }
}

impl TryFrom<Stored> for Rate {
    type Error = InvalidRate;

    fn try_from(stored: Stored) -> Result<Self, InvalidRate> {
        Self::new(Frequency::new(stored.count, stored.per)?, stored.burst)
    }
}

impl From<Rate> for Stored {
    fn from(rate: Rate) -> Self {
        let Rate { frequency: Frequency { count, period }, burst } = rate;
        Self { count, per: period, burst }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str, burst: u32) -> Rate {
        Rate::new(text.parse().unwrap(), burst).unwrap()
    }

    #[test]
    fn a_rate_is_read_and_written() {
        for (text, shown) in
            [("10/s", "10/s"), ("100/min", "100/min"), ("1/minute", "1/min"), ("500/s", "500/s")]
        {
            assert_eq!(text.parse::<Frequency>().unwrap().to_string(), shown);
        }
        for (text, fault) in [
            ("", InvalidRate::Form),
            ("10", InvalidRate::Form),
            ("10/h", InvalidRate::Form),
            ("-1/s", InvalidRate::Form),
            ("0/s", InvalidRate::Form),
            ("501/s", InvalidRate::TooHigh),
            ("30001/min", InvalidRate::TooHigh),
        ] {
            assert_eq!(text.parse::<Frequency>(), Err(fault), "{text}");
        }
        for burst in [0, 30_001] {
            assert_eq!(Rate::new("1/s".parse().unwrap(), burst), Err(InvalidRate::Burst));
        }
    }

    #[test]
    fn a_record_reads_back_and_one_that_cannot_be_kept_is_refused() {
        let text = serde_json::to_string(&rate("10/s", 20)).unwrap();
        assert_eq!(text, r#"{"count":10,"per":"second","burst":20}"#);
        assert_eq!(serde_json::from_str::<Rate>(&text).unwrap(), rate("10/s", 20));
        let faulty = r#"{"count":0,"per":"second","burst":20}"#;
        assert!(serde_json::from_str::<Rate>(faulty).is_err());
    }

    #[test]
    fn a_bucket_empties_by_tokens_and_fills_with_time() {
        let (rate, now) = (rate("10/s", 3), Timestamp::from_millis(1_000));
        let full = microseconds(now);
        let ms = Duration::from_millis;
        for (full_us, remaining, next_in) in [
            (0, 3, ms(0)),
            (full, 3, ms(0)),
            (full + 40_000, 2, ms(40)),
            (full + 100_000, 2, ms(100)),
            (full + 200_000, 1, ms(100)),
            (full + 200_001, 0, Duration::from_micros(1)),
            (full + 300_000, 0, ms(100)),
        ] {
            let expected = Level { remaining, next_in };
            assert_eq!(rate.level(full_us, now), expected, "{full_us}");
            // A token is there exactly where one can be taken.
            assert_eq!(full_us <= rate.latest_us(now), remaining > 0, "{full_us}");
        }
        assert_eq!(rate.window(), ms(300));
    }

    #[test]
    fn a_cost_that_is_no_whole_number_is_rounded_against_the_caller() {
        for (text, cost_us) in [("3/s", 333_334), ("7/min", 8_571_429), ("500/s", 2000)] {
            assert_eq!(rate(text, 1).cost_us(), cost_us);
        }
    }
}
