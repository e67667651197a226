//! Which run a provider's delivery has started.

use super::{Caller, Error, Runs, status::visible};
use crate::{
    auth::Scope,
    model::{Run, TriggerId, WorkspaceId},
    store::Idempotency,
};

impl Runs {
    /// The run of a delivery: two reads.
    ///
    /// # Errors
    /// As [`Runs::status`].
    pub async fn delivered(
        &self,
        caller: &Caller,
        trigger: &str,
        provider: &str,
        delivery: &str,
    ) -> Result<Run, Error> {
        caller.require(Scope::ReadResults)?;
        let trigger = trigger.parse().map_err(|_| Error::NoRun)?;
        let run = self.run_of(caller.workspace(), &trigger, provider, delivery).await?;
        visible(caller, Scope::ReadResults, &run)?;
        self.note_run(&run);
        Ok(run)
    }

    async fn run_of(
        &self,
        workspace: &WorkspaceId,
        trigger: &TriggerId,
        provider: &str,
        delivery: &str,
    ) -> Result<Run, Error> {
        let delivery =
            Idempotency::Delivery { provider: provider.to_owned(), id: delivery.to_owned() };
        let id = self.store.recall(workspace, trigger, &delivery, self.now()).await?;
        self.store.look(id.ok_or(Error::NoRun)?).await?.ok_or(Error::NoRun)
    }
}
