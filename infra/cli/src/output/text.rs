//! Stored text and times on a terminal.

use shared::model::Timestamp;

/// `text` without control characters, which could steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter })
        .collect()
}

/// `2026-02-09 23:24:39`, UTC.
pub(crate) fn time(time: Timestamp) -> String {
    time.to_the_second().replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_to_the_second() {
        assert_eq!(time(Timestamp::from_millis(1_770_679_479_120)), "2026-02-09 23:24:39");
    }
}
