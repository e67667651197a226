//! `try`: the tries, the pauses between them, and what is done with an error that is caught.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    deadline::{Deadline, level},
    fault::{Fault, Raised},
    machine::Machine,
    place::{Place, within_attempt},
    retry,
    scope::{Binding, View},
    step::{Frame, Outcome, Step},
};
use crate::{
    flow::{Catch, Expression, Host, Retry, Try},
    model::{RunError, Timestamp},
};

type Result<T, S> = std::result::Result<T, Fault<S>>;

impl<H: Host> Machine<'_, H> {
    /// Tries until it works, or the error is not to be caught, or no try is left.
    pub(super) async fn attempt(&self, step: &Step<'_>, tried: &Try) -> Result<Outcome, H::Stop> {
        let catch = &tried.catch;
        let retry = catch.retry.as_ref();
        let path = within_attempt(&step.path, step.frame.place.attempt);
        let mut place = Place::inside(step.task, path, 1);
        let mut deadline = step.frame.deadline;
        let mut last_at = None;
        if let Some(limit) = retry.and_then(|retry| retry.total_timeout) {
            let start = self.host.reached_at(&step.key_of("tries"));
            deadline = Some(Deadline::nearer(deadline, start, limit, &step.task.path));
            last_at = Some(start.after(limit));
        }
        loop {
            let mut deadline = deadline;
            if let Some(limit) = retry.and_then(|retry| retry.attempt_timeout) {
                let key = format!("{}/try#{}", place.path(), place.attempt);
                let start = self.host.reached_at(&key);
                deadline = Some(Deadline::nearer(deadline, start, limit, &step.task.path));
            }
            let frame = Frame { place: &place, deadline, ..step.frame };
            let raised = match self.list(&tried.tasks, frame, Arc::clone(&step.input)).await {
                Err(Fault::Raised(raised)) => raised,
                ended => return ended,
            };
            let error = self.caught(step, catch, &raised)?;
            let Some(error) = error else { return Err(Fault::Raised(raised)) };
            let pause = match retry {
                Some(retry) => self.pause_before_next(step, &place, retry, last_at, &error)?,
                None => None,
            };
            let Some(pause) = pause else {
                // Who asks for more tries and nothing else wants it to work, not to be ignored.
                if retry.is_some() && catch.tasks.is_none() && catch.then.is_none() {
                    return Err(Fault::Raised(raised));
                }
                return self.recover(step, catch, &error).await;
            };
            self.report_retried(&place, step.task, pause);
            if !pause.is_zero() {
                self.pause(step, &retry_key(&place), pause).await?;
            }
            place.attempt += 1;
        }
    }

    /// The error variable, where the error is to be caught here.
    fn caught<'c>(
        &self,
        step: &Step<'c>,
        catch: &'c Catch,
        raised: &Raised,
    ) -> std::result::Result<Option<Binding<'c>>, RunError> {
        let is_from_outside =
            raised.overdue_level > 0 && raised.overdue_level <= level(step.frame.deadline);
        if is_from_outside || !retry::matches(&catch.errors, &raised.error) {
            return Ok(None);
        }
        let error = Binding {
            outer: step.frame.bindings,
            name: &catch.name,
            value: describe(&raised.error),
        };
        let wanted =
            self.is_wanted(step, catch.when.as_ref(), catch.except_when.as_ref(), &error)?;
        Ok(wanted.then_some(error))
    }

    fn is_wanted(
        &self,
        step: &Step<'_>,
        when: Option<&Expression>,
        except_when: Option<&Expression>,
        error: &Binding<'_>,
    ) -> std::result::Result<bool, RunError> {
        let view = View { bindings: Some(error), ..step.during() };
        let holds = |condition: &Expression| self.holds(condition, &step.input, &view);
        Ok(when.map_or(Ok(true), holds)? && !except_when.map_or(Ok(false), holds)?)
    }

    /// How long to wait before the next try; none where there is no next try.
    fn pause_before_next(
        &self,
        step: &Step<'_>,
        place: &Place,
        retry: &Retry,
        last_at: Option<Timestamp>,
        error: &Binding<'_>,
    ) -> std::result::Result<Option<Duration>, RunError> {
        if retry.max_attempts.is_some_and(|most| place.attempt >= most)
            || !self.is_wanted(step, retry.when.as_ref(), retry.except_when.as_ref(), error)?
        {
            return Ok(None);
        }
        let key = retry_key(place);
        let pause = retry::delay(retry, place.attempt, self.facts.id, &key);
        let fits = last_at.is_none_or(|last_at| {
            self.host.reached_at(&format!("{key}/limit")).after(pause) < last_at
        });
        Ok(fits.then_some(pause))
    }

    /// Without tasks of its own a `catch` leaves the input of the `try` as its output.
    async fn recover(
        &self,
        step: &Step<'_>,
        catch: &Catch,
        error: &Binding<'_>,
    ) -> Result<Outcome, H::Stop> {
        let input = Arc::clone(&step.input);
        let Some(tasks) = &catch.tasks else { return Ok(Outcome::Done(input, catch.then)) };
        let place = step.place();
        let frame = Frame { place: &place, bindings: Some(error), ..step.frame };
        match self.list(tasks, frame, input).await? {
            Outcome::Done(output, _) => Ok(Outcome::Done(output, catch.then)),
            ended @ Outcome::FlowEnded(_) => Ok(ended),
        }
    }
}

fn retry_key(place: &Place) -> String {
    format!("{}/retry#{}", place.path(), place.attempt)
}

/// The error as expressions see it.
fn describe(error: &RunError) -> Value {
    // A struct of texts and a number always has a JSON form.
    serde_json::to_value(error).unwrap_or_default()
}
