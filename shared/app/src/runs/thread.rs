//! The thread that a new run belongs to, and its turn there: runs of one thread are executed one at a time, in the order
//! in which they came.
//!
//! A run enters its thread's line before it is stored. The first one goes its way as if there were no thread; another
//! is stored behind its gate. Whoever ends a run takes it from the line and sends word to the next one. Should it die
//! before that, or a start before its run is stored or has a message, whoever waits finds that out and sees to it: so
//! every run in line gets its turn, whatever dies.

use std::time::Duration;

use super::{Error, Runs, journal::Recorder, start::may_lack_message};
use crate::{
    flow::Plan,
    model::{Outcome, Run, RunId, ThreadContext, ThreadId, Timestamp, limits::START_PATIENCE},
    queue::{Kind, Message},
    store::{Entered, Line},
};

/// A start that takes longer than this stores its run behind the gate, first in line or not: others may soon take it
/// for dead. Half their patience is left for one write and for clocks that differ.
const LONGEST_START: Duration = Duration::from_secs(30);

/// Where a journal has what the run's thread held. No task is there.
pub(super) const THREAD: &str = "/thread";

/// Which thread a new run belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Thread {
    /// None.
    #[default]
    None,
    /// One that it begins, which has its id: a repeat of the call names the same one.
    New,
    /// This one.
    Given(ThreadId),
}

impl Thread {
    /// The thread that the caller named.
    #[must_use]
    pub const fn given(&self) -> Option<&ThreadId> {
        match self {
            Self::None | Self::New => None,
            Self::Given(thread) => Some(thread),
        }
    }

    /// The thread of the run with this id.
    #[must_use]
    pub fn of_run(&self, id: RunId) -> Option<ThreadId> {
        match self {
            Self::None => None,
            Self::New => Some(id.into()),
            Self::Given(thread) => Some(thread.clone()),
        }
    }
}

impl Runs {
    /// A new run as it may be stored, once it is in its thread's line: behind its gate unless it is first.
    ///
    /// # Errors
    /// [`Error::ThreadFull`]; [`Error::Store`] and [`Error::Queue`] (a retry for the same run is safe).
    pub(super) async fn in_line(&self, mut run: Run) -> Result<Run, Error> {
        let Some(thread) = run.thread.clone() else { return Ok(run) };
        if run.wake_at.is_some() {
            // It comes when it is due: until then nobody has to wait for it.
            run.gated = true;
            return Ok(run);
        }
        let mut entered = self.enter_line(&run, &thread).await?;
        if let Entered::Full(line) = entered {
            // Those who cannot go on may be all who wait, and then nobody else would find that out.
            self.sweep(&run, &thread, line).await?;
            entered = self.enter_line(&run, &thread).await?;
        }
        let Entered::In(line) = entered else { return Err(Error::ThreadFull) };
        let is_late = self.now().since(run.id.made_at()) > LONGEST_START;
        run.gated = is_late || line.runs.first() != Some(&run.id);
        Ok(run)
    }

    /// Takes a run that has ended from its thread's line, and sends word to the next one. Whoever waits does so too,
    /// only later, so a failure is not the run's.
    pub(super) async fn leave_line(&self, run: &Run) {
        let Some(thread) = &run.thread else { return };
        let left = async {
            let line = self.store.leave_line(&run.workspace, thread, run.id).await?;
            match line.runs.first() {
                // One that ended in mid-line is taken from there once it is first.
                Some(next) if !line.runs.contains(&run.id) => self.call_up(*next, run).await,
                _ => Ok(()),
            }
        };
        if let Err(error) = left.await {
            tracing::warn!(run.id = %run.id, error = %error, "The run after {} in its thread starts only when it looks", run.id);
        }
    }

    /// Whether a run that waits is the first in its thread's line.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::Queue`]; a retry is safe.
    pub(super) async fn has_thread(&self, run: &Run, thread: &ThreadId) -> Result<bool, Error> {
        let line = self.store.line(&run.workspace, thread).await?;
        let mut line = self.sweep(run, thread, line).await?;
        if !line.runs.contains(&run.id) {
            // It was taken for dead because it took long to be stored, or it comes only now that it is due.
            match self.enter_line(run, thread).await? {
                Entered::In(entered) => line = entered,
                Entered::Full(_) => return Ok(false),
            }
        }
        Ok(line.runs.first() == Some(&run.id))
    }

    /// What the run's thread held when the run began, the same at every execution; nothing where its flow cannot want
    /// to know.
    pub(super) async fn thread_context(
        &self,
        run: &Run,
        plan: &Plan,
        recorder: &mut Recorder,
    ) -> Result<Option<ThreadContext>, Error> {
        let Some(thread) = run.thread.as_ref().filter(|_| plan.uses_thread) else {
            return Ok(None);
        };
        if let Some(Outcome::Thread(context)) = recorder.recall(THREAD) {
            return Ok(Some(context));
        }
        let context = self.store.thread_context(&run.workspace, thread, self.now()).await?;
        recorder.record(THREAD, Outcome::Thread(context.clone()));
        Ok(Some(context))
    }

    async fn enter_line(&self, run: &Run, thread: &ThreadId) -> Result<Entered, Error> {
        Ok(self.store.enter_line(&run.workspace, thread, run.id, self.now()).await?)
    }

    /// Takes those from the head of a line who will not go on, up to the first who will, or to `run`, who looks.
    async fn sweep(&self, run: &Run, thread: &ThreadId, mut line: Line) -> Result<Line, Error> {
        while let Some(first) = line.runs.first().copied().filter(|first| *first != run.id) {
            match self.store.look(first).await? {
                Some(stored) if !stored.status.is_terminal() => {
                    self.nudge(&stored, thread, &line).await?;
                    break;
                }
                None if self.now().since(first.made_at()) <= START_PATIENCE => break,
                _ => line = self.store.leave_line(&run.workspace, thread, first).await?,
            }
        }
        Ok(line)
    }

    /// Sends a message about a run that others wait for, should its start have died before it sent one. Nobody was
    /// told of it then, and it may be executed or not; but it is stored, so that nothing else could end it.
    async fn nudge(&self, first: &Run, thread: &ThreadId, line: &Line) -> Result<(), Error> {
        let now = self.now();
        let is_patient = |since: Timestamp| now.since(since) <= START_PATIENCE;
        if !may_lack_message(first)
            || is_patient(first.started_at.max(first.lease_until))
            || line.nudged_at.is_some_and(is_patient)
        {
            return Ok(());
        }
        if self.store.note_nudge(&first.workspace, thread, first.id, now, line.nudged_at).await? {
            self.call_up(first.id, first).await?;
        }
        Ok(())
    }

    /// Sends word to a run of the same thread as `run`, or to that one.
    async fn call_up(&self, id: RunId, run: &Run) -> Result<(), Error> {
        let message = Message { run: id, kind: Kind::Start, wake_at: None, traceparent: None };
        Ok(self.queue.send(&message, &run.workspace, Duration::ZERO).await?)
    }
}
