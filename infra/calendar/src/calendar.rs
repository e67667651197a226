//! The firings of an expression in a zone.
//!
//! Where clocks change, the rule is EventBridge Scheduler's (user guide, "Daylight savings time on
//! EventBridge Scheduler"): a time that the clocks leap over does not fire, one that they show twice fires once,
//! here the first time; a rate counts hours, whatever the clocks show.

use jiff::civil::DateTime;
use shared_core::model::Timestamp;

use crate::{Expression, Invalid, Zone, expression::Form, rate::Rate};

/// When an expression fires in a zone, from the moment on that its schedule was made.
#[derive(Clone, Debug)]
pub struct Calendar {
    times: Times,
    zone: Zone,
    since: Timestamp,
}

#[derive(Clone, Debug)]
enum Times {
    Cron(Box<croner::Cron>),
    Rate(Rate),
    At(DateTime),
}

impl Calendar {
    /// The calendar of `expression` in `zone` of a schedule that was made at `since`: nothing fires
    /// before, and a rate counts from then, when it fires first.
    ///
    /// # Errors
    /// [`Invalid`]; none is known for an expression that was read.
    pub fn new(expression: &Expression, zone: Zone, since: Timestamp) -> Result<Self, Invalid> {
        let times = match &expression.0 {
            Form::Cron(cron) => Times::Cron(Box::new(cron.search()?)),
            Form::Rate(rate) => Times::Rate(*rate),
            Form::At(time) => Times::At(*time),
        };
        Ok(Self { times, zone, since })
    }

    /// The first firing after `time`, if there is one.
    #[must_use]
    pub fn next(&self, time: Timestamp) -> Option<Timestamp> {
        let just_before = Timestamp::from_millis(self.since.as_millis().saturating_sub(1));
        let time = time.max(just_before);
        match &self.times {
            Times::Cron(cron) => {
                let mut local = self.zone.local(time);
                loop {
                    local = cron.find_next_occurrence(&local, false).ok()?;
                    // The clocks may show the time never, or have shown it before.
                    if let Some(firing) = self.zone.first(local).filter(|firing| *firing > time) {
                        return Some(firing);
                    }
                }
            }
            Times::Rate(rate) => {
                let period_ms = u64::try_from(rate.period().as_millis()).ok()?;
                let since = self.since.as_millis();
                let count = (time.as_millis() + 1).saturating_sub(since).div_ceil(period_ms);
                Some(Timestamp::from_millis(since + count * period_ms))
            }
            Times::At(local) => self.zone.first(*local).filter(|firing| *firing > time),
        }
    }

    /// The firings after `time`, in order.
    pub fn after(&self, time: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(self.next(time), |firing| self.next(*firing))
    }

    /// The zone.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let time: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_millis(time.as_millisecond().try_into().unwrap())
    }

    fn calendar(expression: &str, zone: &str, since: &str) -> Calendar {
        let expression = expression.parse().unwrap();
        Calendar::new(&expression, Zone::of(zone).unwrap(), at(since)).unwrap()
    }

    fn firings(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let calendar = calendar(expression, zone, "2020-01-01T00:00:00Z");
        let firings = calendar.after(at(after)).take(count);
        firings.map(|firing| calendar.zone().show(firing)).collect()
    }

    #[test]
    fn days_are_found_by_month_and_by_week() {
        for (expression, expected) in [
            ("0 9 * * 1-5", ["Mon 2026-03-02", "Tue 2026-03-03", "Wed 2026-03-04"]),
            ("0 9 L * *", ["Tue 2026-03-31", "Thu 2026-04-30", "Sun 2026-05-31"]),
            ("0 9 LW * *", ["Tue 2026-03-31", "Thu 2026-04-30", "Fri 2026-05-29"]),
            // A Sunday, then a Wednesday, then a Friday.
            ("0 9 15W * *", ["Mon 2026-03-16", "Wed 2026-04-15", "Fri 2026-05-15"]),
            // The 1st of August is a Saturday, and July is another month.
            ("0 9 1W 8-10 *", ["Mon 2026-08-03", "Tue 2026-09-01", "Thu 2026-10-01"]),
            // The 31st of May is a Sunday, and June is another month. Months without one are left out.
            ("0 9 31W 4-7 *", ["Fri 2026-05-29", "Fri 2026-07-31", "Mon 2027-05-31"]),
            ("0 9 * * 5#2", ["Fri 2026-03-13", "Fri 2026-04-10", "Fri 2026-05-08"]),
            ("cron(0 9 ? * 6L *)", ["Fri 2026-03-27", "Fri 2026-04-24", "Fri 2026-05-29"]),
            ("0 9 29 2 *", ["Tue 2028-02-29", "Sun 2032-02-29", "Fri 2036-02-29"]),
            (
                "cron(0 9 1 1 ? 2027,2030/10)",
                ["Fri 2027-01-01", "Tue 2030-01-01", "Sun 2040-01-01"],
            ),
        ] {
            let found = firings(expression, "UTC", "2026-02-28T10:00:00Z", 3);
            assert_eq!(found, expected.map(|day| format!("{day} 09:00:00 +00:00")), "{expression}");
        }
    }

    #[test]
    fn a_time_that_the_clocks_leap_over_does_not_fire() {
        let found = firings("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3);
        let expected = [
            "Sat 2026-03-28 02:30:00 +01:00",
            "Mon 2026-03-30 02:30:00 +02:00",
            "Tue 2026-03-31 02:30:00 +02:00",
        ];
        assert_eq!(found, expected);
        let found = firings("*/20 * * * *", "Europe/Berlin", "2026-03-29T00:39:00Z", 3);
        let expected = [
            "Sun 2026-03-29 01:40:00 +01:00",
            "Sun 2026-03-29 03:00:00 +02:00",
            "Sun 2026-03-29 03:20:00 +02:00",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_time_that_the_clocks_show_twice_fires_the_first_time() {
        let found = firings("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(found, ["Sun 2026-10-25 02:30:00 +02:00", "Mon 2026-10-26 02:30:00 +01:00"]);
        let found = firings("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:59:00Z", 4);
        let expected = [
            "Sun 2026-10-25 02:00:00 +02:00",
            "Sun 2026-10-25 02:30:00 +02:00",
            "Sun 2026-10-25 03:00:00 +01:00",
            "Sun 2026-10-25 03:30:00 +01:00",
        ];
        assert_eq!(found, expected);
        // Asked in the middle of the second time.
        let found = firings("*/30 * * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", 1);
        assert_eq!(found, ["Sun 2026-10-25 03:00:00 +01:00"]);
        // Half an hour, on Lord Howe Island.
        let found = firings("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", 2);
        assert_eq!(found, ["Sun 2026-04-05 01:45:00 +11:00", "Mon 2026-04-06 01:45:00 +10:30"]);
    }

    #[test]
    fn a_rate_counts_from_when_it_was_made_and_not_by_the_clocks() {
        let calendar = calendar("rate(1 day)", "Europe/Berlin", "2026-03-28T08:00:00Z");
        let shown = |after| calendar.next(at(after)).map(|firing| calendar.zone().show(firing));
        for (after, expected) in [
            ("2026-01-01T00:00:00Z", "Sat 2026-03-28 09:00:00 +01:00"),
            ("2026-03-28T07:59:59Z", "Sat 2026-03-28 09:00:00 +01:00"),
            ("2026-03-28T08:00:00Z", "Sun 2026-03-29 10:00:00 +02:00"),
            ("2026-03-29T07:59:59.999Z", "Sun 2026-03-29 10:00:00 +02:00"),
            ("2026-03-29T08:00:00Z", "Mon 2026-03-30 10:00:00 +02:00"),
        ] {
            assert_eq!(shown(after).as_deref(), Some(expected), "{after}");
        }
    }

    #[test]
    fn a_point_in_time_fires_once_and_never_in_the_past() {
        let once = firings("at(2026-12-01T09:00:00)", "Asia/Tokyo", "2026-11-01T00:00:00Z", 5);
        assert_eq!(once, ["Tue 2026-12-01 09:00:00 +09:00"]);
        for (expression, zone, since) in [
            ("at(2026-12-01T09:00:00)", "UTC", "2026-12-01T09:00:00.001Z"),
            ("at(2026-03-29T02:30:00)", "Europe/Berlin", "2026-01-01T00:00:00Z"),
            ("cron(0 9 * * ? 2025)", "UTC", "2026-01-01T00:00:00Z"),
            ("0 9 30 2 *", "UTC", "2026-01-01T00:00:00Z"),
        ] {
            assert_eq!(calendar(expression, zone, since).next(at(since)), None, "{expression}");
        }
        let edge = calendar("at(2026-12-01T09:00:00)", "UTC", "2026-12-01T09:00:00Z");
        assert_eq!(edge.next(Timestamp::default()), Some(at("2026-12-01T09:00:00Z")));
    }
}
