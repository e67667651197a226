//! Retry policies.

use std::time::Duration;

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
    shared::Section,
};
use crate::flow::{
    Backoff, Retry,
    definition::{self, RetryPolicy},
};

impl Loader<'_> {
    /// The `retry` of a `catch`: written there, or the name of a shared one.
    pub(super) fn retry(&mut self, catch: &Place<'_>, scope: &Scope) -> Found<Option<Retry>> {
        let Some(place) = catch.member("retry") else { return Ok(None) };
        match place.text() {
            None => self.retry_policy(&place, scope),
            Some(_) => self
                .refer(Section::Retries, &place, |loader, entry| loader.retry_policy(entry, scope)),
        }
        .map(Some)
    }

    /// A policy; `scope` holds the error's variable.
    pub(super) fn retry_policy(&mut self, place: &Place<'_>, scope: &Scope) -> Found<Retry> {
        let policy = self.read::<RetryPolicy>(place)?;
        let when = self.optional_expression(place, "when", scope, Moment::Body);
        let except_when = self.optional_expression(place, "exceptWhen", scope, Moment::Body);
        let delay = self.optional_duration(place, &["delay"]);
        let attempt_timeout = self.optional_duration(place, &["limit", "attempt", "duration"]);
        let total_timeout = self.optional_duration(place, &["limit", "duration"]);
        let jitter = self.jitter(place);
        let limit = policy.limit.as_ref();
        let max_attempts = limit.and_then(|limit| limit.attempt.as_ref()?.count);
        if max_attempts.is_none() && limit.is_none_or(|limit| limit.duration.is_none()) {
            let message = "tried again without end: set `limit.attempt.count` or `limit.duration`";
            self.faults.at_key(place, Remark::warning(message));
        }
        Ok(Retry {
            when: when?,
            except_when: except_when?,
            delay: delay?.unwrap_or_default(),
            backoff: match policy.backoff {
                None | Some(definition::Backoff::Constant(_)) => Backoff::Constant,
                Some(definition::Backoff::Linear(_)) => Backoff::Linear,
                Some(definition::Backoff::Exponential(_)) => Backoff::Exponential,
            },
            max_attempts,
            attempt_timeout: attempt_timeout?,
            total_timeout: total_timeout?,
            jitter: jitter?,
        })
    }

    fn jitter(&mut self, place: &Place<'_>) -> Found<Option<(Duration, Duration)>> {
        let Some(jitter) = place.member("jitter") else { return Ok(None) };
        let from = self.fixed_duration(&jitter.part("from")?)?;
        let to = self.fixed_duration(&jitter.part("to")?)?;
        if from > to {
            return Err(self.faults.at_key(&jitter, Remark::error("`from` is longer than `to`")));
        }
        Ok(Some((from, to)))
    }

    /// The duration at the end of `way`: `Ok(None)` if there is none.
    fn optional_duration(&mut self, place: &Place<'_>, way: &[&str]) -> Found<Option<Duration>> {
        match way.split_first() {
            None => self.fixed_duration(place).map(Some),
            Some((name, rest)) => match place.member(name) {
                None => Ok(None),
                Some(member) => self.optional_duration(&member, rest),
            },
        }
    }
}
