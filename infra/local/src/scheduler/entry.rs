//! A schedule with what is known of its firings.

use calendar::{Calendar, Zone};
use shared::model::Timestamp;

use super::{
    definition::{Definition, State},
    error::Error,
};

/// Which schedule: its group and its name.
pub(crate) type Name = (String, String);

/// One schedule.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) definition: Definition,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    /// Since when its expression holds. A rate counts from here.
    pub(crate) since: Timestamp,
    /// Firings up to here are dealt with.
    pub(crate) done_until: Timestamp,
    calendar: Calendar,
    /// The next firing, also where it is not enabled.
    next: Option<Timestamp>,
}

impl Entry {
    /// A new schedule.
    pub(crate) fn new(definition: Definition, now: Timestamp) -> Result<Self, Error> {
        let just_before = Timestamp::from_millis(now.as_millis().saturating_sub(1));
        Self::restore(definition, now, now, now, just_before)
    }

    /// A schedule as it was stored.
    pub(crate) fn restore(
        definition: Definition,
        created_at: Timestamp,
        modified_at: Timestamp,
        since: Timestamp,
        done_until: Timestamp,
    ) -> Result<Self, Error> {
        let refuse = |error: calendar::Invalid| Error::Validation(error.to_string());
        let expression = definition.schedule_expression.parse().map_err(refuse)?;
        let zone = Zone::of(&definition.schedule_expression_timezone).map_err(refuse)?;
        let calendar = Calendar::new(&expression, zone, since).map_err(refuse)?;
        let next = calendar.next(done_until);
        Ok(Self { definition, created_at, modified_at, since, done_until, calendar, next })
    }

    /// The same schedule under another definition. What it missed while it was disabled is not caught
    /// up with; another expression starts anew.
    pub(crate) fn updated(&self, definition: Definition, now: Timestamp) -> Result<Self, Error> {
        let times = |definition: &Definition| {
            let Definition { schedule_expression, schedule_expression_timezone, .. } = definition;
            (schedule_expression.clone(), schedule_expression_timezone.clone())
        };
        if times(&definition) != times(&self.definition) {
            return Ok(Self { created_at: self.created_at, ..Self::new(definition, now)? });
        }
        let resumes = self.definition.state == State::Disabled;
        let done_until = if resumes { now } else { self.done_until };
        Self::restore(definition, self.created_at, now, self.since, done_until)
    }

    /// The next firing, if it fires at all. Those that are too old by `now` are passed over.
    pub(crate) fn next(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.definition.state == State::Disabled {
            return None;
        }
        let age = self.definition.target.maximum_age();
        if self.next.is_some_and(|next| now.since(next) > age) {
            let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
            let too_old = now.as_millis().saturating_sub(age_ms).saturating_sub(1);
            self.next = self.calendar.next(Timestamp::from_millis(too_old));
        }
        self.next
    }

    /// Goes on to the firing after `firing`.
    pub(crate) fn pass(&mut self, firing: Timestamp) {
        self.done_until = firing;
        self.next = self.calendar.next(firing);
    }
}
