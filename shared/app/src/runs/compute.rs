//! A flow that reaches out to nothing is computed before its run is stored, so that one write
//! stores the run with its end. Should the process die before that, nothing was promised and
//! nothing has happened: a repeat under the same idempotency key starts over under the same id.

use std::{
    sync::{Mutex, PoisonError, atomic::AtomicU32},
    time::Duration,
};

use serde_json::Value;
use tokio::sync::watch;

use super::{
    Error, RunView, Runs,
    execute::{conclude, end_of, interpret, mark_ended, view},
    host::{RunHost, Slice},
    journal::Recorder,
};
use crate::{
    flow::Plan,
    model::{Run, Status},
    store::Insert,
};

/// A flow that computes for longer is stored first and goes the way of all others.
const LONGEST: Duration = Duration::from_secs(1);

/// What became of a computed run.
pub(super) enum Computed {
    /// It is stored, with its end.
    Ended(Box<RunView>),
    /// A run of this id was there already.
    Exists,
    /// It takes too long; nothing is stored.
    TooLong,
}

impl Runs {
    /// Runs a flow without effects and stores the run once it has ended.
    ///
    /// # Errors
    /// [`Error::RateLimited`], [`Error::Store`] (a retry under the same idempotency key is safe).
    pub(super) async fn compute(
        &self,
        plan: &Plan,
        mut run: Run,
        input: &Value,
    ) -> Result<Computed, Error> {
        run.status = Status::Running;
        run.epoch = 1;
        let (_sender, interrupt) = watch::channel(None);
        let execution = self.begin_execution(&run);
        let host = RunHost {
            runs: self,
            run: &run,
            thread: None,
            execution: &execution,
            slice: Slice {
                ends_at: self.now().after(LONGEST),
                // It makes none.
                gives_up_calls_at: None,
                longest_wait: Duration::ZERO,
            },
            interrupt,
            recorder: Mutex::new(Recorder::resume(Vec::new(), 1)),
            task_count: AtomicU32::new(0),
        };
        let Ok(ended) = interpret(plan, &host, input).await else { return Ok(Computed::TooLong) };
        let mut recorder = host.recorder.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (event, end) = end_of(ended);
        let now = self.now();
        let (_, entry) = conclude(&run, &mut recorder, event, end, now);
        Box::pin(self.count_run(&run.workspace)).await?;
        self.announce(&run).await?;
        mark_ended(&mut run, event, now)?;
        match self.store.insert_ended(&run, input, &entry).await? {
            Insert::Exists => Ok(Computed::Exists),
            Insert::Done => {
                self.note_started();
                self.note_end(&run);
                execution.end(run.status.as_str());
                Ok(Computed::Ended(Box::new(view(run, &recorder, entry))))
            }
        }
    }
}
