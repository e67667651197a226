//! When a request was signed, and whether that is now.

use serde_json::Value;

use super::{
    Refusal, Request,
    scheme::{Method, TimestampPlace, TimestampRule, TimestampUnit, Tolerance},
};
use crate::model::Timestamp;

/// Digits of seconds between the years 2001 and 2286; milliseconds have three more. Exactly so many
/// are taken: where nothing stands between timestamp and body, as Discord signs, a digit could else move from one
/// to the other under the same signature.
const DIGITS_OF_SECONDS: usize = 10;

/// When a request was signed. `sent` is the text that stands for `{ts}`.
///
/// # Errors
/// [`Refusal`] where it does not say, or where that is too far from `now`.
pub(super) fn signed_at(
    method: &Method,
    request: &Request<'_>,
    sent: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, Refusal> {
    let Some(rule) = &method.timestamp else { return Ok(None) };
    let number = match &rule.at {
        TimestampPlace::Header(_) | TimestampPlace::Signature(_) => number(rule, sent)?,
        TimestampPlace::Body(pointer) => {
            let missing = || Refusal::MissingTimestamp(rule.at.to_string());
            let body: Value = serde_json::from_slice(request.body).map_err(|_| missing())?;
            let text = pointer.text(&body).ok_or_else(missing)?;
            number(rule, &text)?
        }
    };
    let milliseconds = match rule.unit {
        TimestampUnit::S => number.checked_mul(1000),
        TimestampUnit::Ms => Some(number),
    };
    let malformed = || Refusal::MalformedTimestamp(rule.at.to_string());
    let signed_at = Timestamp::from_millis(milliseconds.ok_or_else(malformed)?);
    if let Some(tolerance) = rule.tolerance {
        check(rule.unit, tolerance, signed_at, now)?;
    }
    Ok(Some(signed_at))
}

fn number(rule: &TimestampRule, text: &str) -> Result<u64, Refusal> {
    let digits = match rule.unit {
        TimestampUnit::S => DIGITS_OF_SECONDS,
        TimestampUnit::Ms => DIGITS_OF_SECONDS + 3,
    };
    // Rust's own reading would take a sign, too.
    let whole = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    let malformed = || Refusal::MalformedTimestamp(rule.at.to_string());
    text.parse().ok().filter(|_| whole).ok_or_else(malformed)
}

fn check(
    unit: TimestampUnit,
    tolerance: Tolerance,
    signed_at: Timestamp,
    now: Timestamp,
) -> Result<(), Refusal> {
    // Who signs whole seconds is measured in whole seconds, as the providers' own libraries do.
    let now = match unit {
        TimestampUnit::S => Timestamp::from_millis(now.as_secs() * 1000),
        TimestampUnit::Ms => now,
    };
    let Tolerance { past_s, future_s } = tolerance;
    let (age, ahead) = (now.since(signed_at), signed_at.since(now));
    if age.as_millis() > u128::from(past_s) * 1000 {
        return Err(Refusal::TooOld { age_s: age.as_secs(), past_s });
    }
    if ahead.as_millis() > u128::from(future_s) * 1000 {
        return Err(Refusal::TooNew { ahead_s: ahead.as_secs(), future_s });
    }
    Ok(())
}
