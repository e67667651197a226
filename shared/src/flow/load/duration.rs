//! Durations: ISO 8601 texts, objects of parts, or expressions that give one at run time.

use std::time::Duration;

use super::{
    expression::marked,
    faults::Remark,
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
    shared::Section,
};
use crate::flow::{
    Template, WaitFor,
    definition::{DurationParts, Timeout},
    fault::quoted,
};

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

impl Loader<'_> {
    /// A duration that may be an expression.
    pub(super) fn duration(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
        moment: Moment,
    ) -> Option<WaitFor> {
        match place.text().and_then(marked) {
            Some(source) => {
                let expression = self.compile(place, source, scope, moment)?;
                Some(WaitFor::Evaluated(Template::Expression(expression)))
            }
            None => self.written_duration(place).map(WaitFor::Fixed),
        }
    }

    /// A duration that must stand in the text.
    pub(super) fn fixed_duration(&mut self, place: &Place<'_>) -> Option<Duration> {
        if place.text().and_then(marked).is_some() {
            self.faults.at_value(place, Remark::refused("an expression as a duration of `retry`"));
            return None;
        }
        self.written_duration(place)
    }

    fn written_duration(&mut self, place: &Place<'_>) -> Option<Duration> {
        let Some(text) = place.text() else {
            if place.members().next().is_none() {
                self.error(place, "a duration needs at least one part, such as `seconds`");
                return None;
            }
            return self.read::<DurationParts>(place).map(sum);
        };
        match iso_8601(text) {
            Ok(duration) => Some(duration),
            Err(reason) => {
                self.error(place, format!("{} is not a duration: {reason}", quoted(text)));
                None
            }
        }
    }

    /// The `timeout` of a task or flow: written there, or the name of a shared one.
    pub(super) fn timeout(
        &mut self,
        owner: &Place<'_>,
        scope: &Scope,
        moment: Moment,
    ) -> Option<Option<WaitFor>> {
        let Some(place) = owner.member("timeout") else { return Some(None) };
        match place.text() {
            None => self.timeout_definition(&place, scope, moment),
            Some(_) => self.refer(Section::Timeouts, &place, |loader, entry| {
                loader.timeout_definition(entry, scope, moment)
            }),
        }
        .map(Some)
    }

    /// `{after: …}`.
    pub(super) fn timeout_definition(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
        moment: Moment,
    ) -> Option<WaitFor> {
        self.read::<Timeout>(place)?;
        self.duration(&place.member("after")?, scope, moment)
    }
}

fn sum(parts: DurationParts) -> Duration {
    let seconds = |count: Option<u32>, each: u64| u64::from(count.unwrap_or_default()) * each;
    Duration::from_secs(
        seconds(parts.days, SECONDS_A_DAY)
            + seconds(parts.hours, 60 * 60)
            + seconds(parts.minutes, 60)
            + seconds(parts.seconds, 1),
    )
    .saturating_add(Duration::from_millis(parts.milliseconds.unwrap_or_default()))
}

/// Reads `P1W2DT3H4M5.6S`. A day has 24 hours.
///
/// # Errors
/// Why it cannot be read, in words; years and months have no fixed length.
pub(in crate::flow) fn iso_8601(text: &str) -> Result<Duration, &'static str> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err("it is negative");
    }
    let text = text.strip_prefix('P').ok_or("it must look like `PT30S` or `P1DT12H`")?;
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return Err("nothing follows its `T`"),
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    if date.is_empty() && time.is_empty() {
        return Err("nothing follows its `P`");
    }
    if date.contains(['Y', 'M']) {
        return Err("years and months have no fixed length: use days");
    }
    let days = parts(date, &[('W', 7 * SECONDS_A_DAY), ('D', SECONDS_A_DAY)])?;
    let rest = parts(time, &[('H', 60 * 60), ('M', 60), ('S', 1)])?;
    days.checked_add(rest).ok_or("it is too long")
}

/// Adds up numbers with units, which must come in the order of `units`.
fn parts(text: &str, units: &[(char, u64)]) -> Result<Duration, &'static str> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    for (unit, seconds) in units {
        let Some((number, tail)) = rest.split_once(*unit) else { continue };
        let part = scaled(number, *seconds)?;
        total = total.checked_add(part).ok_or("it is too long")?;
        rest = tail;
    }
    if rest.is_empty() { Ok(total) } else { Err("its parts must be numbers with units, in order") }
}

/// `number` × `seconds`, exact to the nanosecond.
fn scaled(number: &str, seconds: u64) -> Result<Duration, &'static str> {
    let (whole, fraction) = match number.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, "0"),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return Err("its parts must be numbers with units, in order");
    }
    let whole = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(seconds));
    let whole = Duration::from_secs(whole.ok_or("it is too long")?);
    let nanoseconds = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanoseconds = nanoseconds.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    let fraction = Duration::from_nanos(nanoseconds.saturating_mul(seconds));
    whole.checked_add(fraction).ok_or("it is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_durations_are_read_to_the_fraction() {
        for (text, milliseconds) in [
            ("PT30S", 30_000),
            ("PT0.25S", 250),
            ("PT1,5M", 90_000),
            ("P1DT2H3M4S", 93_784_000),
            ("P2W", 1_209_600_000),
            ("PT0S", 0),
            ("P1D", 86_400_000),
        ] {
            assert_eq!(iso_8601(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_fixed_duration_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "30s",
            "-PT1S",
            "PT-1S",
            "P1Y",
            "P1M",
            "PT1S1M",
            "PT1S1S",
            "P1DT",
            "PT1.S",
            "PT.5S",
            "PT99999999999999999999S",
            "P1H",
            "PT1D",
            "PTS",
            "P18446744073709551615D",
            "pt1s",
        ] {
            assert!(iso_8601(text).is_err(), "{text}");
        }
    }
}
