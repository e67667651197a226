//! Durations as people write them on a command line: `90d`, `12h`, `30m`, `45s`.

use std::time::Duration;

const UNITS: [(char, u64); 5] =
    [('s', 1), ('m', 60), ('h', 3600), ('d', 24 * 3600), ('w', 7 * 24 * 3600)];

/// Reads a whole number with its unit.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let seconds = || {
        let unit = text.chars().last()?;
        let (_, seconds) = UNITS.into_iter().find(|(letter, _)| *letter == unit)?;
        let number = text.strip_suffix(unit)?;
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(seconds)
    };
    match seconds() {
        Some(0) | None => {
            Err("a whole number with its unit is expected: 45s, 30m, 12h, 90d, 2w".to_owned())
        }
        Some(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

/// `850 ms`, `12.3 s` or `3 min 20 s`.
pub(crate) fn show(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_units() {
        for (text, seconds) in
            [("45s", 45), ("30m", 1800), ("12h", 43_200), ("90d", 7_776_000), ("2w", 1_209_600)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "90",
            "d",
            "0d",
            "-1d",
            "+1d",
            "1.5h",
            "1 h",
            "90D",
            "1ä",
            "99999999999999999999w",
            "18446744073709551615w",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_shown_in_fitting_units() {
        for (milliseconds, text) in [(850, "850 ms"), (12_340, "12.3 s"), (200_000, "3 min 20 s")] {
            assert_eq!(show(Duration::from_millis(milliseconds)), text);
        }
    }
}
