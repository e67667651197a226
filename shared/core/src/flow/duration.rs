//! Lengths of time as the flow language writes them.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde_json::Value;

/// Reads ISO 8601 text (`PT1M30S`), or an object of `days`, `hours`, `minutes`, `seconds` and
/// `milliseconds`.
///
/// # Errors
/// A sentence about what is wrong with it.
pub(crate) fn from_value(value: &Value) -> Result<Duration, String> {
    match value {
        Value::String(text) => from_text(text),
        Value::Object(members) => {
            let mut total = Duration::ZERO;
            for (name, count) in members {
                let unit = match name.as_str() {
                    "days" => Duration::from_hours(24),
                    "hours" => Duration::from_hours(1),
                    "minutes" => Duration::from_mins(1),
                    "seconds" => Duration::from_secs(1),
                    "milliseconds" => Duration::from_millis(1),
                    _ => return Err(format!("a duration has no member {name:?}")),
                };
                let count = count.as_u64().and_then(|count| u32::try_from(count).ok());
                let count =
                    count.ok_or_else(|| format!("{name} of a duration must be a whole number"))?;
                total = total.saturating_add(unit.saturating_mul(count));
            }
            Ok(total)
        }
        _ => Err("a duration must be ISO 8601 text or an object of its parts".to_owned()),
    }
}

fn from_text(text: &str) -> Result<Duration, String> {
    let refuse =
        || format!("{text:?} is not an ISO 8601 duration of days, hours, minutes, seconds");
    if !text.starts_with('P') {
        // The parser also takes forms that other runtimes of the language do not.
        return Err(refuse());
    }
    let span: Span = text.parse().map_err(|_| refuse())?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| refuse())?;
    Duration::try_from(length).map_err(|_| refuse())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn durations_are_read_from_text_and_from_parts() {
        for (value, milliseconds) in [
            (json!("PT1M30S"), 90_000),
            (json!("PT0.25S"), 250),
            (json!("P1DT1H"), 90_000_000),
            (json!({}), 0),
            (
                json!({"days": 1, "hours": 1, "minutes": 1, "seconds": 1, "milliseconds": 1}),
                90_061_001,
            ),
        ] {
            assert_eq!(from_value(&value), Ok(Duration::from_millis(milliseconds)), "{value}");
        }
    }

    #[test]
    fn other_durations_are_refused() {
        for value in [
            json!("5 minutes"),
            json!("-PT1S"),
            json!("P1M"),
            json!(5),
            json!(null),
            json!({"second": 1}),
            json!({"seconds": -1}),
            json!({"seconds": 0.5}),
        ] {
            assert!(from_value(&value).is_err(), "{value}");
        }
    }
}
