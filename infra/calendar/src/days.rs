//! The days on which a cron expression fires: by the month or by the week, never by both.

use crate::{
    Invalid,
    field::{Field, Kind},
    weekdays::Weekdays,
};

const KIND: Kind = Kind { name: "day of month", least: 1, most: 31, names: &[] };

/// Which days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Days {
    /// By their numbers.
    OfMonth(Field),
    /// `L`: the last one of the month.
    Last,
    /// `LW`: the last one from Monday to Friday.
    LastWeekday,
    /// `15W`: the one from Monday to Friday of the same month that is nearest to the day.
    NearestWeekday(u16),
    /// By the week.
    OfWeek(Weekdays),
}

impl Days {
    /// Reads the field day of month.
    pub(crate) fn of_month(text: &str) -> Result<Self, Invalid> {
        let upper = text.to_ascii_uppercase();
        if upper == "L" {
            return Ok(Self::Last);
        }
        if upper == "LW" {
            return Ok(Self::LastWeekday);
        }
        if let Some(day) = upper.strip_suffix('W') {
            return KIND.value(text, day).map(Self::NearestWeekday);
        }
        if upper.contains(['L', 'W']) {
            let expected = "`L`, `LW` and the like of `15W` stand alone";
            return Err(Invalid::field(KIND.name, text, expected));
        }
        KIND.parse(text).map(Self::OfMonth)
    }

    /// The fields day of month and day of week as croner reads them.
    pub(crate) fn to_plain(&self) -> (String, String) {
        match self {
            Self::OfMonth(field) => (field.to_plain(), "*".to_owned()),
            Self::OfWeek(weekdays) => ("*".to_owned(), weekdays.to_plain()),
            special => (special.month_to_aws(), "*".to_owned()),
        }
    }

    /// The field day of month as EventBridge reads it.
    pub(crate) fn month_to_aws(&self) -> String {
        match self {
            Self::Last => "L".to_owned(),
            Self::LastWeekday => "LW".to_owned(),
            Self::NearestWeekday(day) => format!("{day}W"),
            Self::OfMonth(field) => field.to_aws(),
            Self::OfWeek(_) => "?".to_owned(),
        }
    }

    /// The field day of week likewise.
    pub(crate) fn week_to_aws(&self) -> String {
        match self {
            Self::OfWeek(weekdays) => weekdays.to_string(),
            _ => "?".to_owned(),
        }
    }
}
