//! Runs in flight, where an owner limits them: a run has a slot of each limit that counts it, from before it is stored
//! until after it has ended. Where its trigger says so, one that finds no slot is stored behind its gate, and takes
//! the slot when it is let through; so does one that begins later.

use std::time::Duration;

use super::{Error, Limit, Runs};
use crate::{
    model::{HeldSlots, MaxRuns, OverLimit, Run},
    store::Slotted,
};

/// When to look again for a run that has ended: nobody knows when the next one does.
const AGAIN_IN: Duration = Duration::from_secs(5);

impl Runs {
    /// Reserves what the limits have for a run that is about to be stored: slots, and one of the runs of the day. The run
    /// as it is to be stored then, behind its gate where it has to wait for a slot.
    ///
    /// # Errors
    /// [`Error::TooManyRuns`] and [`Error::RateLimited`], and then it has neither a slot nor a place in its
    /// thread's line; [`Error::Store`] (a retry is safe).
    pub(super) async fn reserve(&self, run: &Run) -> Result<Run, Error> {
        let mut run = run.clone();
        let (of_flow, of_workspace) = self.most_runs(&run).await?;
        run.slots = HeldSlots { workspace: of_workspace.is_some(), flow: of_flow.is_some() };
        if run.wake_at.is_some() {
            // It is not in flight before it begins.
            run.gated |= run.slots != HeldSlots::default();
        } else if let Some(limit) = self.take_slots(&run).await? {
            if !self.waits_for_slots(&run).await? {
                let error = Error::TooManyRuns { limit, again_in: AGAIN_IN };
                self.note_refused(&error);
                self.leave_line(&run).await;
                return Err(error);
            }
            run.gated = true;
        }
        // Last, because it is the one that is never given back.
        if let Err(error) = self.count_run(&run.workspace).await {
            // Unless the slots are those of a call that this one repeats.
            if self.store.look(run.id).await?.is_none() {
                self.make_room(&run).await;
            }
            return Err(error);
        }
        Ok(run)
    }

    /// Takes the slots of a run that it does not have yet. The limit that has none left, and then the run has none at all.
    ///
    /// # Errors
    /// [`Error::Store`]; a retry is safe.
    pub(super) async fn take_slots(&self, run: &Run) -> Result<Option<Limit>, Error> {
        if run.slots == HeldSlots::default() {
            return Ok(None);
        }
        // What seldom happens takes no room in the futures of what always does.
        Box::pin(self.take_each_slot(run)).await
    }

    async fn take_each_slot(&self, run: &Run) -> Result<Option<Limit>, Error> {
        let HeldSlots { workspace, flow } = run.slots;
        let (of_flow, of_workspace) = self.most_runs(run).await?;
        // The narrower limit first, so that what it refuses takes nothing from the others.
        if let Some(most) = of_flow.filter(|_| flow)
            && !self.slots.take(flow_of(run), run.id, most, self.now()).await?
        {
            return Ok(Some(Limit::FlowRuns));
        }
        if let Some(most) = of_workspace.filter(|_| workspace)
            && !self.slots.take(workspace_of(run), run.id, most, self.now()).await?
        {
            if flow {
                self.give_back(flow_of(run), run).await;
            }
            return Ok(Some(Limit::WorkspaceRuns));
        }
        Ok(None)
    }

    /// Gives back the slots of a run that has ended, or will not be stored. Should this fail, or never come about, those
    /// who find no slot make up for it.
    pub(super) async fn give_back_slots(&self, run: &Run) {
        if run.slots.flow {
            Box::pin(self.give_back(flow_of(run), run)).await;
        }
        if run.slots.workspace {
            Box::pin(self.give_back(workspace_of(run), run)).await;
        }
    }

    async fn give_back(&self, slotted: Slotted<'_>, run: &Run) {
        if let Err(error) = self.slots.give_back(slotted, run.id).await {
            tracing::warn!(run.id = %run.id, error = %error, "A slot is given back later");
        }
    }

    /// How many runs of the flow and of the workspace may be in flight.
    async fn most_runs(&self, run: &Run) -> Result<(Option<MaxRuns>, Option<MaxRuns>), Error> {
        let now = self.now();
        let (workspace, flow) = futures::join!(
            self.config.workspace(&run.workspace, now),
            self.config.flow(&run.workspace, &run.flow.name, now),
        );
        let of_flow = flow?.and_then(|flow| flow.runs_in_flight);
        Ok((of_flow, workspace?.and_then(|workspace| workspace.limits.runs_in_flight)))
    }

    async fn waits_for_slots(&self, run: &Run) -> Result<bool, Error> {
        let trigger = self.config.trigger(&run.trigger, self.now()).await?;
        Ok(trigger.is_some_and(|trigger| trigger.over_limit == OverLimit::Queue))
    }
}

fn flow_of(run: &Run) -> Slotted<'_> {
    Slotted::Flow(&run.workspace, &run.flow.name)
}

fn workspace_of(run: &Run) -> Slotted<'_> {
    Slotted::Workspace(&run.workspace)
}
