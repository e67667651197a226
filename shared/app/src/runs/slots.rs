//! Runs in flight, where an owner limits them: a run has a slot of each limit from before it is stored until after it
//! has ended.

use std::time::Duration;

use super::{Error, Limit, Runs};
use crate::{
    model::{HeldSlots, Run},
    store::Slotted,
};

/// When to look again for a run that has ended: nobody knows when the next one does.
const AGAIN_IN: Duration = Duration::from_secs(5);

impl Runs {
    /// Reserves what the limits have for a run that is about to be stored: slots, which are written into it, and one of
    /// the runs of the day.
    ///
    /// # Errors
    /// [`Error::TooManyRuns`] and [`Error::RateLimited`], and then it has no slot; [`Error::Store`] (a retry is safe).
    pub(super) async fn reserve(&self, run: &mut Run) -> Result<(), Error> {
        self.take_slots(run).await?;
        // Last, because it is the one that is never given back.
        let counted = self.count_run(&run.workspace).await;
        if counted.is_err() {
            self.give_back_slots(run).await;
        }
        counted
    }

    /// Takes the slots that a run needs which is about to be stored, and writes into it which. A run that is stored
    /// under the same id already has the same ones.
    ///
    /// # Errors
    /// [`Error::TooManyRuns`], and then it has none; [`Error::Store`] (a retry is safe).
    async fn take_slots(&self, run: &mut Run) -> Result<(), Error> {
        let now = self.now();
        let (workspace, flow) = futures::join!(
            self.config.workspace(&run.workspace, now),
            self.config.flow(&run.workspace, &run.flow.name, now),
        );
        let of_flow = flow?.and_then(|flow| flow.runs_in_flight);
        let of_workspace = workspace?.and_then(|workspace| workspace.limits.runs_in_flight);
        // The narrower limit first, so that what it refuses takes nothing from the others.
        if let Some(max) = of_flow {
            let slotted = Slotted::Flow(&run.workspace, &run.flow.name);
            run.slots.flow = self.slots.take(slotted, run.id, max, now).await?;
            if !run.slots.flow {
                return Err(self.too_many(Limit::FlowRuns));
            }
        }
        if let Some(max) = of_workspace {
            let slotted = Slotted::Workspace(&run.workspace);
            run.slots.workspace = self.slots.take(slotted, run.id, max, now).await?;
            if !run.slots.workspace {
                self.give_back_slots(run).await;
                return Err(self.too_many(Limit::WorkspaceRuns));
            }
        }
        Ok(())
    }

    /// Gives back the slots of a run that has ended, or will not be stored. Should this fail, or never come about, those
    /// who find no slot make up for it.
    pub(super) async fn give_back_slots(&self, run: &Run) {
        let HeldSlots { workspace, flow } = run.slots;
        let of_workspace = workspace.then_some(Slotted::Workspace(&run.workspace));
        let of_flow = flow.then_some(Slotted::Flow(&run.workspace, &run.flow.name));
        for slotted in of_workspace.into_iter().chain(of_flow) {
            if let Err(error) = self.slots.give_back(slotted, run.id).await {
                tracing::warn!(run.id = %run.id, error = %error, "A slot is given back later");
            }
        }
    }

    fn too_many(&self, limit: Limit) -> Error {
        let error = Error::TooManyRuns { limit, again_in: AGAIN_IN };
        self.note_refused(&error);
        error
    }
}
