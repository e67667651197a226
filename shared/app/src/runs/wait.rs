//! A waiting call: a bounded wait on a durable run.

use std::time::Duration;

use super::{
    Error, RunView, Runs, Start,
    compute::Computed,
    delay::expect_now,
    execute::Executed,
    host::Slice,
    start::{Prepared, may_lack_message},
};
use crate::{
    model::{Run, RunId, Status, Timestamp},
    queue::{Kind, Message},
    store::{Claimed, Insert},
};

/// How often a repeated call looks for the end of the run that the first call started.
const POLL: Duration = Duration::from_millis(250);

/// What became of a start whose run was to be executed here.
pub(super) enum Begun {
    /// It is to be executed now.
    Here(Box<Claimed>),
    /// It was computed, and has ended.
    Computed(Box<RunView>),
    /// Another call has started it, or it waits for its turn.
    Elsewhere(Box<Run>),
}

impl Runs {
    /// Starts a run, executes it here, and returns when it ended or the wait is over; then the run
    /// goes on in the background. Second: whether an earlier call with the same key had started it.
    ///
    /// # Errors
    /// As [`Runs::start`]. Once the run is stored and guarded there is no error any more: what
    /// fails later is taken up by a worker, and the caller gets the run's id.
    pub async fn start_and_wait(&self, start: Start) -> Result<(RunView, bool), Error> {
        let wait_until = self.now().after(self.settings.wait);
        let (begun, replayed) = self.begin(start).await?;
        let claimed = match begun {
            Begun::Here(claimed) => *claimed,
            Begun::Computed(view) => return Ok((*view, replayed)),
            Begun::Elsewhere(run) => {
                return Ok((self.wait_for_end(run.id, wait_until).await?, replayed));
            }
        };
        let pending = RunView::of(claimed.run.clone(), Vec::new(), None);
        let slice = Slice {
            ends_at: wait_until,
            gives_up_calls_at: Some(wait_until),
            longest_wait: self.settings.wait,
        };
        let view = match self.execute(claimed, slice, None).await {
            Ok(Executed::Ended(view) | Executed::GoesOn(view)) => *view,
            Ok(Executed::Lost) => {
                self.wait_for_end(pending.run.id, wait_until).await.unwrap_or(pending)
            }
            Err(error) => {
                // The caller learns nothing of it: the run goes on.
                self.note_failed(&error);
                pending
            }
        };
        Ok((view, replayed))
    }

    /// Starts a run that is to be executed here: stored, and guarded by a message that brings it to a worker should
    /// this process die with it. Second: whether an earlier call with the same key had started it.
    ///
    /// # Errors
    /// As [`Runs::start`].
    pub(super) async fn begin(&self, start: Start) -> Result<(Begun, bool), Error> {
        expect_now(start.run_at)?;
        let Prepared { mut run, input, plan, replayed } = self.prepare(start).await?;
        if replayed && let Some(stored) = self.store.look(run.id).await? {
            if may_lack_message(&stored) {
                let guard = Message::about(&stored, Kind::Guard);
                let held = stored.lease_until.since(self.now());
                self.queue.send(&guard, &stored.workspace, held).await?;
            }
            return Ok((Begun::Elsewhere(Box::new(stored)), true));
        }
        run = self.in_line(run).await?;
        // A place in a line is a promise, so it is kept the long way.
        if !plan.reaches_out() && run.thread.is_none() {
            match self.compute(&plan, run.clone(), &input).await? {
                Computed::Ended(view) => return Ok((Begun::Computed(view), replayed)),
                Computed::Exists => return Ok((Begun::Elsewhere(Box::new(run)), replayed)),
                Computed::TooLong => {}
            }
        }
        run = Box::pin(self.reserve(&run)).await?;
        if run.gated {
            self.store_reserved(&run, &input).await?;
            return Ok((Begun::Elsewhere(Box::new(run)), replayed));
        }
        let now = self.now();
        run.status = Status::Running;
        run.epoch = 1;
        run.lease_until = now.after(self.settings.lease);
        let guard = Message::about(&run, Kind::Guard);
        let (stored, guarded) = futures::join!(
            self.store.insert(&run, &input),
            self.queue.send(&guard, &run.workspace, self.settings.lease),
        );
        let stored = stored?;
        guarded?;
        if stored == Insert::Exists {
            // Of calls at the same time, a repeat may be faster than the first one.
            return Ok((Begun::Elsewhere(Box::new(run)), replayed));
        }
        self.note_started();
        let claimed = Claimed { run, input, journal: Vec::new(), next_seq: 1 };
        Ok((Begun::Here(Box::new(claimed)), replayed))
    }

    /// The run when it has ended, or as it stands when the wait is over.
    async fn wait_for_end(&self, id: RunId, until: Timestamp) -> Result<RunView, Error> {
        loop {
            let view: RunView = self.store.view(id).await?.ok_or(Error::NoRun)?.into();
            if view.run.status.is_terminal() || self.now() >= until {
                return Ok(view.with_link());
            }
            self.clock.sleep_until(self.now().after(POLL).min(until)).await;
        }
    }
}
