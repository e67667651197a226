//! Doing a run again that has ended: with the same input in the same version of its flow (retry), or in the
//! version that is served now, with the same input or another (replay). The new run knows the old one, which
//! stays as it is.

use std::sync::Arc;

use serde_json::Value;

use super::{Caller, Error, Runs, Start, Started, Thread, status::visible};
use crate::{
    auth::Scope,
    model::{Environment, Run, RunId, Trigger},
    store::Idempotency,
};

/// A run that has ended, with its trigger as it is now.
pub struct Original {
    run: Run,
    trigger: Arc<Trigger>,
}

impl Original {
    /// From a run and its trigger.
    ///
    /// # Errors
    /// [`Error::NotEnded`].
    pub fn of(run: Run, trigger: Arc<Trigger>) -> Result<Self, Error> {
        if run.status.is_terminal() { Ok(Self { run, trigger }) } else { Err(Error::NotEnded) }
    }

    /// The run's id.
    #[must_use]
    pub const fn id(&self) -> RunId {
        self.run.id
    }

    /// Its trigger, and where it ran.
    #[must_use]
    pub fn place(&self) -> (&Trigger, Environment) {
        (&self.trigger, self.run.environment)
    }

    /// The thread that it belongs to, and that a run belongs to which does it again.
    #[must_use]
    pub fn thread(&self) -> Thread {
        self.run.thread.clone().map_or(Thread::None, Thread::Given)
    }

    fn start(&self, input: Value, idempotency: Option<Idempotency>) -> Start {
        let start = Start::new(Arc::clone(&self.trigger), self.run.environment, input);
        Start { parent: Some(self.run.id), thread: self.thread(), idempotency, ..start }
    }
}

impl Runs {
    /// The ended run that a caller may do again: who may see it, and start its trigger.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NoRun`]; [`Error::NoTrigger`] as in [`Runs::trigger`];
    /// [`Error::NotEnded`]; [`Error::Store`] (retry is safe).
    pub async fn original(&self, caller: &Caller, id: &str) -> Result<Original, Error> {
        caller.require(Scope::Trigger)?;
        caller.require(Scope::ReadResults)?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let run = self.store.look(id).await?.ok_or(Error::NoRun)?;
        visible(caller, Scope::ReadResults, &run)?;
        self.note_run(&run);
        let trigger = self.trigger(caller, run.trigger.as_str(), run.environment).await?;
        Original::of(run, trigger)
    }

    /// Starts a run with the same input in the same version of the flow, in the background.
    ///
    /// # Errors
    /// As [`Runs::start`].
    pub async fn retry(
        &self,
        original: &Original,
        idempotency: Option<Idempotency>,
    ) -> Result<Started, Error> {
        let input = self.input_of(original).await?;
        let flow = Some(original.run.flow.clone());
        self.start(Start { flow, ..original.start(input, idempotency) }).await
    }

    /// Starts a run in the version of the trigger's flow that is served now, with another input, or the
    /// same when absent, in the background.
    ///
    /// # Errors
    /// As [`Runs::start`].
    pub async fn replay(
        &self,
        original: &Original,
        input: Option<Value>,
        idempotency: Option<Idempotency>,
    ) -> Result<Started, Error> {
        let input = match input {
            Some(input) => input,
            None => self.input_of(original).await?,
        };
        self.start(original.start(input, idempotency)).await
    }

    async fn input_of(&self, original: &Original) -> Result<Value, Error> {
        self.store.input(original.run.id).await?.ok_or(Error::NoRun)
    }
}
