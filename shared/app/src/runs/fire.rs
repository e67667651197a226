//! A schedule fires: one run for each moment, or none, however often the moment is told of.
//!
//! The run's id is made of trigger and moment. So the moment's run is there or it is not, whoever
//! looks; two workers that start it store one; and a worker that dies half-way leaves behind what the
//! next delivery of the message finds and completes. No record of what has fired has to be kept, and
//! none can expire too early.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Error, ErrorKind, Runs, start::check_input};
use crate::{
    flow::Plan,
    model::{FlowReference, Overlap, RunId, Schedule, Timestamp, Trigger, TriggerState},
    queue::Firing,
};

/// How soon a firing that a limit refused comes again. Once its schedule does not catch up with it any more it is dropped.
const AGAIN_IN: Duration = Duration::from_secs(15);

/// The member of a run's input that says for when it was due.
const SCHEDULED_TIME: &str = "scheduled_time";

impl Runs {
    /// Asks for a firing of a trigger's schedule now; its run goes the way of all others, so it may be
    /// skipped too. The id is that of its run.
    ///
    /// # Errors
    /// [`Error::Queue`]; a retry asks for another firing.
    pub async fn fire_now(&self, trigger: &Trigger) -> Result<RunId, Error> {
        let firing = Firing {
            workspace: trigger.workspace.clone(),
            trigger: trigger.id.clone(),
            scheduled_at: self.now(),
            manual: true,
        };
        self.queue.send_firing(&firing, Duration::ZERO).await?;
        Ok(run_of(&firing))
    }

    /// Whether the firings of a schedule would start runs today.
    ///
    /// # Errors
    /// [`Error::NoTrigger`] when the environment serves no version of the flow;
    /// [`Error::InvalidInput`]; [`Error::Store`] (a retry is safe).
    pub async fn check_schedule(
        &self,
        trigger: &Trigger,
        schedule: &Schedule,
    ) -> Result<(), Error> {
        let (_, plan) = self.served_plan(trigger, schedule.environment).await?;
        input(schedule, self.now(), &plan)?;
        Ok(())
    }

    /// Starts the run of a firing, unless it has one or must not have one. Any number of deliveries
    /// is safe, at the same time too.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::Queue`]: the message has to come again.
    pub(super) async fn fire(&self, firing: &Firing) -> Result<(), Error> {
        let id = run_of(firing);
        // Before anything else: a run that is stored goes on, whatever became of its trigger since.
        if self.complete_firing(firing).await? {
            return Ok(());
        }
        let trigger = self.store.trigger(&firing.trigger).await?;
        let trigger = trigger.filter(|trigger| trigger.workspace == firing.workspace);
        if let Some(trigger) = &trigger {
            self.notes.workspace(trigger.workspace.as_str());
            self.notes.trigger(trigger.id.as_str());
        }
        let (trigger, schedule) = match due(trigger, firing, self.now()) {
            Ok(due) => due,
            Err(reason) => {
                tell_dropped(firing, reason);
                return Ok(());
            }
        };
        let prepared = self.prepare_firing(firing, &trigger, &schedule).await;
        let (flow, input) = match prepared {
            Ok(prepared) => prepared,
            Err(Error::NoTrigger) => {
                tell_dropped(firing, "the environment serves no version of the flow");
                return Ok(());
            }
            Err(error @ Error::InvalidInput { .. }) => {
                tracing::error!(trigger.id = %firing.trigger, scheduled_at = %firing.scheduled_at, error = %error, "Dropped a firing");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if schedule.overlap == Overlap::Skip && !self.take_turn(id, firing, &schedule).await? {
            self.store.note_skip(&firing.workspace, &firing.trigger, firing.scheduled_at).await?;
            tracing::info!(trigger.id = %firing.trigger, scheduled_at = %firing.scheduled_at, "Skipped a firing: the run of the one before goes on");
            return Ok(());
        }
        let run = self.new_run(id, &trigger, schedule.environment, flow);
        match self.store_and_queue(&run, &input).await {
            Err(error) if error.kind() == ErrorKind::Limited => {
                tracing::info!(trigger.id = %firing.trigger, scheduled_at = %firing.scheduled_at, "Put a firing off: {error}");
                let again_in = error.again_in().unwrap_or_default().max(AGAIN_IN);
                Ok(self.queue.send_firing(firing, again_in).await?)
            }
            started => started,
        }
    }

    /// Sees to it that the run of a firing has a message, if the run is stored; whether it is.
    ///
    /// # Errors
    /// As [`Runs::fire`].
    pub(super) async fn complete_firing(&self, firing: &Firing) -> Result<bool, Error> {
        self.completes_start(run_of(firing)).await
    }

    async fn prepare_firing(
        &self,
        firing: &Firing,
        trigger: &Trigger,
        schedule: &Schedule,
    ) -> Result<(FlowReference, Value), Error> {
        let (flow, plan) = self.served_plan(trigger, schedule.environment).await?;
        Ok((flow, input(schedule, firing.scheduled_at, &plan)?))
    }

    /// Whether it is the turn of this firing: the run of the one that had it last has ended.
    async fn take_turn(
        &self,
        id: RunId,
        firing: &Firing,
        schedule: &Schedule,
    ) -> Result<bool, Error> {
        let Firing { workspace, trigger, scheduled_at, .. } = firing;
        loop {
            let last = self.store.turn(workspace, trigger).await?;
            if let Some(last) = last {
                if last.run == id {
                    return Ok(true);
                }
                // A delivery of this firing before this one was told so.
                if last.skipped_at == Some(*scheduled_at) {
                    return Ok(false);
                }
                let goes_on = match self.store.look(last.run).await? {
                    Some(run) => !run.status.is_terminal(),
                    // Its worker may have died just before it stored the run, and the next delivery
                    // will; later than this it will not.
                    None => self.now().since(last.scheduled_at) <= schedule.catch_up(),
                };
                if goes_on {
                    return Ok(false);
                }
            }
            let last = last.map(|turn| turn.run);
            if self.store.take_turn(workspace, trigger, id, *scheduled_at, last).await? {
                return Ok(true);
            }
        }
    }
}

/// The id of the one run of a firing.
pub(super) fn run_of(firing: &Firing) -> RunId {
    let Firing { workspace, trigger, scheduled_at, manual } = firing;
    let moment_ms = scheduled_at.as_millis();
    let hash = Sha256::digest(format!("firing#{workspace}#{trigger}#{moment_ms}#{manual}"));
    let mut bits = [0; 10];
    for (bit, byte) in bits.iter_mut().zip(hash) {
        *bit = byte;
    }
    RunId::new(*scheduled_at, bits)
}

/// The trigger and its schedule, or why the firing starts nothing.
fn due(
    trigger: Option<Trigger>,
    firing: &Firing,
    now: Timestamp,
) -> Result<(Arc<Trigger>, Schedule), &'static str> {
    let trigger = trigger.ok_or("there is no such trigger any more")?;
    let schedule = trigger.schedule.clone().ok_or("the trigger has no schedule")?;
    if trigger.state != TriggerState::Active {
        return Err("the trigger is paused");
    }
    if now.since(firing.scheduled_at) > schedule.catch_up() {
        return Err("it is later than the schedule catches up with");
    }
    Ok((Arc::new(trigger), schedule))
}

fn tell_dropped(firing: &Firing, reason: &str) {
    tracing::warn!(trigger.id = %firing.trigger, scheduled_at = %firing.scheduled_at, "Dropped a firing: {reason}");
}

/// The schedule's input with the moment in it, where the flow's schema allows for it.
fn input(schedule: &Schedule, scheduled_at: Timestamp, plan: &Plan) -> Result<Value, Error> {
    let mut input = schedule.input.clone();
    if let Value::Object(members) = &mut input
        && !members.contains_key(SCHEDULED_TIME)
    {
        members.insert(SCHEDULED_TIME.to_owned(), scheduled_at.to_string().into());
        if check_input(plan, &input).is_ok() {
            return Ok(input);
        }
    }
    check_input(plan, &schedule.input)?;
    Ok(schedule.input.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_of_every_trigger_has_a_run_of_its_own() {
        let firing = |workspace: &str, trigger: &str, moment_ms, manual| Firing {
            workspace: workspace.parse().unwrap(),
            trigger: trigger.parse().unwrap(),
            scheduled_at: Timestamp::from_millis(moment_ms),
            manual,
        };
        let first = firing("demo", "report", 1_770_679_500_000, false);
        assert_eq!(run_of(&first), run_of(&first.clone()));
        for other in [
            firing("demo", "report", 1_770_679_560_000, false),
            firing("demo", "report", 1_770_679_500_000, true),
            firing("demo", "report-1", 1_770_679_500_000, false),
            firing("demo-report", "report", 1_770_679_500_000, false),
        ] {
            assert_ne!(run_of(&first), run_of(&other), "{other:?}");
        }
        // Deliveries under different releases have to agree.
        assert_eq!(run_of(&first).to_string(), "019c44b8-fce0-792e-97f7-642c58233a97");
    }
}
