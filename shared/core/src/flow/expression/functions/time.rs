//! Functions of dates, all in UTC and all of an argument: no function here asks for the time.

use super::engine::{Engine, Function, functions};
use crate::flow::expression::meter;
use crate::flow::expression::value::{Error, Number, Result, Value};
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// A directive may pad to 255 characters, so a format must not be long.
const LONGEST_FORMAT_BYTES: usize = 256;

pub(super) fn functions() -> impl Iterator<Item = Function> {
    functions![
        ("todate", |input| at(&input)
            .map(|at| Value::from(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))),
        ("fromdate", |input| from_date(&input)),
        ("gmtime", |input| at(&input).map(|at| parts(&at, &input))),
        ("mktime", |input| at_parts(&input).map(|at| seconds(&at))),
        ("strftime", |input, format| strftime(&input, &format)),
        ("strptime", |input, format| strptime(&input, &format)),
    ]
    .into_iter()
}

fn date_of(timestamp: Timestamp) -> Zoned {
    timestamp.to_zoned(TimeZone::UTC)
}

fn seconds(at: &Zoned) -> Value {
    Value::Number(Number::from(i128::from(at.timestamp().as_second())))
}

/// The time that a number of seconds or an array of parts means. Fractions of a second are dropped, as in jq.
fn at(value: &Value) -> Result<Zoned> {
    match value {
        Value::Number(number) => {
            let seconds = i64::try_from(number.whole()).map_err(Error::str)?;
            Timestamp::from_second(seconds).map(date_of).map_err(Error::str)
        }
        value => at_parts(value),
    }
}

/// The time of `[year, month from 0, day, hours, minutes, seconds, …]`.
fn at_parts(value: &Value) -> Result<Zoned> {
    let refusal = || {
        Error::str(
            "this function requires an array of year, month, day, hours, minutes and seconds",
        )
    };
    let Value::Array(array) = value else {
        return Err(refusal());
    };
    let part = |index: usize| match array.items().get(index) {
        Some(Value::Number(number)) => Ok(number.whole()),
        _ => Err(refusal()),
    };
    let small = |index: usize, from: i128| i8::try_from(part(index)? + from).map_err(Error::str);
    let year = i16::try_from(part(0)?).map_err(Error::str)?;
    let date = DateTime::new(
        year,
        small(1, 1)?,
        small(2, 0)?,
        small(3, 0)?,
        small(4, 0)?,
        small(5, 0)?,
        0,
    );
    date.and_then(|date| date.to_zoned(TimeZone::UTC)).map_err(Error::str)
}

/// The parts of a time, with the fraction of a second that `value` had.
fn parts(at: &Zoned, value: &Value) -> Value {
    let fraction = match value {
        Value::Number(number @ Number::Float(_)) => number.float() - number.float().floor(),
        _ => 0.0,
    };
    let second = Value::from(f64::from(at.second()) + fraction);
    let small = |part: i8| Value::from(isize::from(part));
    let year = Value::from(isize::from(at.year()));
    let weekday = small(at.weekday().to_sunday_zero_offset());
    let day_of_year = Value::from(isize::from(at.day_of_year()) - 1);
    [
        year,
        small(at.month() - 1),
        small(at.day()),
        small(at.hour()),
        small(at.minute()),
        second,
        weekday,
        day_of_year,
    ]
    .into_iter()
    .collect()
}

fn text<'a>(value: &'a Value, what: &str) -> Result<&'a str> {
    match value {
        Value::Text(text) if text.len() <= LONGEST_FORMAT_BYTES => {
            meter::work(64);
            Ok(text)
        }
        Value::Text(_) => Err(Error::str(format_args!("{what} is too long"))),
        other => Err(Error::str(format_args!("{what} must be a string, not {}", other.kind()))),
    }
}

fn from_date(value: &Value) -> Result {
    let text = text(value, "a date")?;
    let timestamp: Timestamp = text.parse().map_err(|_| {
        Error::str(format_args!("date \"{text}\" does not match format \"%Y-%m-%dT%H:%M:%SZ\""))
    })?;
    Ok(seconds(&date_of(timestamp)))
}

fn strftime(value: &Value, format: &Value) -> Result {
    let format = text(format, "the format of strftime")?;
    strtime::format(format, &at(value)?).map(Value::from).map_err(Error::str)
}

fn strptime(value: &Value, format: &Value) -> Result {
    let (date, format) = (text(value, "a date")?, text(format, "the format of strptime")?);
    let mut parsed = BrokenDownTime::parse(format, date).map_err(|_| {
        Error::str(format_args!("date \"{date}\" does not match format \"{format}\""))
    })?;
    if parsed.offset().is_none() && parsed.iana_time_zone().is_none() {
        parsed.set_offset(Some(Offset::UTC));
    }
    let timestamp = parsed.to_timestamp().map_err(Error::str)?;
    Ok(parts(&date_of(timestamp), value))
}
