//! Cron expressions: five fields as Unix writes them, or the six of `cron(…)`.

use std::fmt;

use croner::parser::{CronParser, Seconds, Year};

use crate::{
    Invalid,
    days::Days,
    field::{Field, Kind},
    weekdays::{Numbering, Weekdays},
};

const MINUTE: Kind = Kind { name: "minute", least: 0, most: 59, names: &[] };
const HOUR: Kind = Kind { name: "hour", least: 0, most: 23, names: &[] };
const MONTH: Kind = Kind {
    name: "month",
    least: 1,
    most: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
/// EventBridge user guide, "Cron expressions reference".
const YEAR: Kind = Kind { name: "year", least: 1970, most: 2199, names: &[] };

/// Nicknames of crontab(5). `@reboot` is no time.
const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// A cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cron {
    minutes: Field,
    hours: Field,
    days: Days,
    months: Field,
    years: Field,
}

impl Cron {
    /// Reads five fields, or a nickname.
    pub(crate) fn parse_unix(text: &str) -> Result<Self, Invalid> {
        if text.starts_with('@') {
            let known = NICKNAMES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
            let names = NICKNAMES.map(|(name, _)| name).join(", ");
            let unknown = || Invalid::new(format!("`{text}`: one of {names} is expected"));
            return Self::parse_unix(known.ok_or_else(unknown)?.1);
        }
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = *fields.as_slice() else {
            return Err(Invalid::new(format!(
                "`{text}` has {} fields: cron has five (minute, hour, day of month, month, day of week), \
                 and EventBridge's cron(…) has a sixth, the year",
                fields.len()
            )));
        };
        let is_any = |field: &str| ["*", "?"].contains(&field);
        let days = match (is_any(day), is_any(weekday)) {
            (true, true) => Days::of_month("*")?,
            (false, true) => Days::of_month(day)?,
            (true, false) => Days::OfWeek(Weekdays::parse(weekday, Numbering::Unix)?),
            (false, false) => {
                return Err(Invalid::new(format!(
                    "day of month `{day}` and day of week `{weekday}` are both given: cron then fires on either, \
                     which EventBridge cannot say in one expression; make two triggers, \
                     `{minute} {hour} {day} {month} *` and `{minute} {hour} * {month} {weekday}`"
                )));
            }
        };
        Self::new(minute, hour, days, month, "*")
    }

    /// Reads what stands in the brackets of `cron(…)`.
    pub(crate) fn parse_aws(text: &str) -> Result<Self, Invalid> {
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday, year] = *fields.as_slice() else {
            return Err(Invalid::new(format!(
                "cron({text}) has {} fields: six are expected (minute, hour, day of month, month, day of week, \
                 year); without cron(…) five are, as in Unix",
                fields.len()
            )));
        };
        let days = match (day, weekday) {
            ("?", "?") => Err("one of them says when, as in cron(0 9 * * ? *)"),
            ("?", "*") | ("*", "?") => Ok(Days::of_month("*")?),
            (day, "?") => Ok(Days::of_month(day)?),
            ("?", weekday) => Ok(Days::OfWeek(Weekdays::parse(weekday, Numbering::EventBridge)?)),
            _ => Err("one of them has to be `?`, as in cron(0 9 ? * MON-FRI *)"),
        };
        let days = days.map_err(|expected| {
            Invalid::new(format!("day of month `{day}` and day of week `{weekday}`: {expected}"))
        })?;
        Self::new(minute, hour, days, month, year)
    }

    fn new(minute: &str, hour: &str, days: Days, month: &str, year: &str) -> Result<Self, Invalid> {
        Ok(Self {
            minutes: MINUTE.parse(minute)?,
            hours: HOUR.parse(hour)?,
            days,
            months: MONTH.parse(month)?,
            years: YEAR.parse(year)?,
        })
    }

    /// The same for the library that searches the calendar, in the plainest form there is, which
    /// leaves nothing to its reading.
    pub(crate) fn search(&self) -> Result<croner::Cron, Invalid> {
        let (day, weekday) = self.days.to_plain();
        let text = format!(
            "0 {} {} {day} {} {weekday} {}",
            self.minutes.to_plain(),
            self.hours.to_plain(),
            self.months.to_plain(),
            self.years.to_plain(),
        );
        let parser = CronParser::builder().seconds(Seconds::Required).year(Year::Required).build();
        parser.parse(&text).map_err(|error| Invalid::new(format!("`{self}`: {error}")))
    }
}

/// As EventBridge reads it.
impl fmt::Display for Cron {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "cron({} {} {} {} {} {})",
            self.minutes.to_aws(),
            self.hours.to_aws(),
            self.days.month_to_aws(),
            self.months.to_aws(),
            self.days.week_to_aws(),
            self.years.to_aws(),
        )
    }
}
