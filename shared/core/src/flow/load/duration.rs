//! Durations: ISO 8601 texts, objects of parts, or expressions that give one at run time.

use std::time::Duration;

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
    shared::Section,
};
use crate::flow::{
    Template, WaitFor,
    definition::{DurationParts, TextOr, Timeout},
    duration, unwrap,
};

impl Loader<'_> {
    /// A duration that may be an expression.
    pub(super) fn duration(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
        moment: Moment,
    ) -> Found<WaitFor> {
        match place.text().and_then(unwrap) {
            Some(source) => {
                let expression = self.compile(place, source, scope, moment)?;
                Ok(WaitFor::Evaluated(Template::Expression(expression)))
            }
            None => self.written_duration(place).map(WaitFor::Fixed),
        }
    }

    /// A duration that must stand in the text.
    pub(super) fn fixed_duration(&mut self, place: &Place<'_>) -> Found<Duration> {
        if place.text().and_then(unwrap).is_some() {
            return Err(self
                .faults
                .at_value(place, Remark::refused("an expression as a duration of `retry`")));
        }
        self.written_duration(place)
    }

    fn written_duration(&mut self, place: &Place<'_>) -> Found<Duration> {
        self.read::<TextOr<DurationParts>>(place)?;
        if place.text().is_none() && place.members().next().is_none() {
            return Err(self.error(place, "a duration needs at least one part, such as `seconds`"));
        }
        match duration::from_value(&place.value.to_value()) {
            Ok(duration) => Ok(duration),
            Err(reason) => Err(self.error(place, reason)),
        }
    }

    /// The `timeout` of a task or flow: written there, or the name of a shared one.
    pub(super) fn timeout(
        &mut self,
        owner: &Place<'_>,
        scope: &Scope,
        moment: Moment,
    ) -> Found<Option<WaitFor>> {
        let Some(place) = owner.member("timeout") else { return Ok(None) };
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
    ) -> Found<WaitFor> {
        self.read::<Timeout>(place)?;
        self.duration(&place.part("after")?, scope, moment)
    }
}
