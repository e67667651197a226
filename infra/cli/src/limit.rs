//! Limits as they are written on a command line: `--rate 10/s --burst 20`, and `none` for a limit that ends.

use std::{fmt::Display, str::FromStr};

use serde_json::{Value, json};
use shared::model::{Frequency, Rate};

use crate::error::Error;

/// A limit, or that there is to be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted<T> {
    /// As much as there is.
    Unlimited,
    /// So much.
    Limited(T),
}

impl<T> Wanted<T> {
    /// The limit, if there is to be one.
    pub(crate) fn limit(self) -> Option<T> {
        match self {
            Self::Unlimited => None,
            Self::Limited(limit) => Some(limit),
        }
    }
}

impl<T: FromStr<Err: Display>> FromStr for Wanted<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::Unlimited);
        }
        let limit = text.parse().map_err(|error: T::Err| format!("{error}; or `none`"))?;
        Ok(Self::Limited(limit))
    }
}

/// The rate that `--rate` and `--burst` ask for. Without a burst, it is as many as the rate has in its period.
pub(crate) fn rate(
    frequency: Wanted<Frequency>,
    burst: Option<u32>,
) -> Result<Wanted<Rate>, Error> {
    let Wanted::Limited(frequency) = frequency else { return Ok(Wanted::Unlimited) };
    let rate = Rate::new(frequency, burst.unwrap_or_else(|| frequency.count()));
    rate.map(Wanted::Limited).map_err(|error| Error::Usage(error.to_string()))
}

/// A limit in words.
pub(crate) fn shown(limit: Option<impl Display>) -> String {
    limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string())
}

/// A rate in JSON: null where there is none.
pub(crate) fn rate_json(rate: Option<&Rate>) -> Value {
    rate.map_or(Value::Null, |rate| json!(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_or_none() {
        assert_eq!("none".parse::<Wanted<u32>>(), Ok(Wanted::Unlimited));
        assert_eq!("5".parse::<Wanted<u32>>(), Ok(Wanted::Limited(5)));
        let fault = "ten".parse::<Wanted<Frequency>>().unwrap_err();
        assert_eq!(fault, "a rate such as `10/s` or `100/min` is expected; or `none`");
    }

    #[test]
    fn a_burst_is_the_rates_number_unless_said_otherwise() {
        let frequency = || "100/min".parse().unwrap();
        let bursts = |burst| rate(frequency(), burst).map(|rate| rate.limit().unwrap().burst());
        assert_eq!((bursts(None).unwrap(), bursts(Some(5)).unwrap()), (100, 5));
        assert!(bursts(Some(0)).is_err());
    }
}
