//! Executing a claimed run for one slice: to its end, to a long wait, or to the hand-over.

use std::{
    sync::{Mutex, PoisonError, atomic::AtomicU32},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use serde_json::Value;
use tokio::sync::watch;

use super::{
    Error, RunView, Runs,
    host::{Interrupt, RunHost, Slice, Stop},
    journal::Recorder,
    observe::outcome,
};
use crate::{
    flow::{self, ErrorKind, Plan, RunFacts, ThreadFacts, raise},
    model::{
        End, Event, JournalEntry, Listening, LogLevel, Run, RunError, Status, ThreadContext,
        ThreadId, Timestamp, depth, limits, next,
    },
    queue::{Kind, Message, Receipt},
    store::{Append, Claimed, Finish, Unreadable},
    telemetry::Execution,
};

/// What became of an execution.
pub(super) enum Executed {
    /// The run ended here.
    Ended(Box<RunView>),
    /// The run goes on elsewhere; its state and newest lines so far.
    GoesOn(Box<RunView>),
    /// Another worker has the run.
    Lost,
}

impl Runs {
    /// Executes a run that was claimed.
    ///
    /// # Errors
    /// [`Error::Store`] and [`Error::Queue`]: nothing is lost, the run's message brings it back.
    pub(super) fn execute<'a>(
        &'a self,
        claimed: Claimed,
        slice: Slice,
        receipt: Option<&'a Receipt>,
    ) -> BoxFuture<'a, Result<Executed, Error>> {
        // On the heap: all who wait for it would have room for it on their stacks, and threads have 2 MB of that.
        async move {
            let execution = self.begin_execution(&claimed.run);
            let executed = self.interpret_and_write(claimed, slice, receipt, &execution).await;
            execution.end(outcome(&executed));
            executed
        }
        .boxed()
    }

    async fn interpret_and_write(
        &self,
        claimed: Claimed,
        slice: Slice,
        receipt: Option<&Receipt>,
        execution: &Execution,
    ) -> Result<Executed, Error> {
        let Claimed { run, input, journal, next_seq } = claimed;
        let mut recorder = Recorder::resume(journal, next_seq);
        let Some(plan) = self.plan(&run.workspace, &run.flow).await? else {
            let error = raise(ErrorKind::Configuration, "/", "the flow's version cannot be loaded");
            return self.finish(run, recorder, Event::Fail, End::Error(error)).await;
        };
        let (sender, interrupt) =
            watch::channel(run.cancel_requested.then_some(Interrupt::Cancelled));
        let thread = self.thread_context(&run, &plan, &mut recorder).await?;
        let host = RunHost {
            runs: self,
            run: &run,
            thread,
            execution,
            slice,
            interrupt,
            recorder: Mutex::new(recorder),
            task_count: AtomicU32::new(0),
        };
        let result = tokio::select! {
            biased;
            result = interpret(&plan, &host, &input) => result,
            never = self.keep(&run, receipt, &sender) => match never {},
        };
        let recorder = host.recorder.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (event, end) = match result {
            Ok(ended) => end_of(ended),
            Err(Stop::Cancelled) => (Event::Cancel, End::Error(cancelled())),
            Err(Stop::TimedOut) => (Event::TimeOut, End::Error(timed_out(&run))),
            Err(Stop::SliceOver) => return self.hand_over(run, recorder).await,
            Err(Stop::Sleep(until)) => return self.sleep(run, recorder, until, None).await,
            Err(Stop::Listen(listening)) => {
                return self.sleep(run, recorder, listening.until, Some(*listening)).await;
            }
            Err(Stop::Lost) => return Ok(lost(&run)),
            Err(Stop::Failed(error)) => return Err(error),
        };
        self.finish(run, recorder, event, end).await
    }

    /// Ends a run as failed that nobody can go on with.
    pub(super) async fn end_unreadable(&self, unreadable: Unreadable) -> Result<Executed, Error> {
        let Unreadable { run, journal, next_seq, error } = unreadable;
        let source = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(run.id = %run.id, error = %error, source, "Run {} cannot be read back", run.id);
        let end = raise(ErrorKind::Runtime, "/", "what was stored of the run cannot be read back");
        let recorder = Recorder::resume(journal, next_seq);
        self.finish(run, recorder, Event::Fail, End::Error(end)).await
    }

    /// Ends the run: one conditional write, after which nothing changes but who has been told. Who is to be told
    /// has a message under way by then.
    pub(super) async fn finish(
        &self,
        mut run: Run,
        mut recorder: Recorder,
        event: Event,
        end: End,
    ) -> Result<Executed, Error> {
        let now = self.now();
        let (seq, entry) = conclude(&run, &mut recorder, event, end, now);
        self.announce(&run).await?;
        // One that fails leaves its thread as it found it: whoever tries again does not ask twice.
        let kept = recorder.kept_thread().filter(|_| event == Event::Complete);
        match self.store.finish(&run, seq, &entry, event, now, kept).await? {
            Finish::Lost => Ok(lost(&run)),
            Finish::Done => {
                mark_ended(&mut run, event, now)?;
                self.note_end(&run);
                self.make_room(&run).await;
                Ok(Executed::Ended(Box::new(view(run, &recorder, entry))))
            }
        }
    }

    /// Lets go of the run first and queues its continuation then: should the process die in
    /// between, the message in hand (or the guard of a waiting call) comes back and finds it free.
    async fn hand_over(&self, run: Run, mut recorder: Recorder) -> Result<Executed, Error> {
        if !self.write_rest(&run, &mut recorder).await? {
            return Ok(lost(&run));
        }
        match self.store.hand_over(&run).await? {
            Append::Lost => Ok(lost(&run)),
            Append::Done => {
                let message = Message::about(&run, Kind::Continue);
                self.queue.send(&message, &run.workspace, Duration::ZERO).await?;
                let view = RunView::of(run, recorder.recent(), None);
                Ok(Executed::GoesOn(Box::new(view)))
            }
        }
    }

    /// Queues the wake-up first and goes to sleep then: whoever finds a sleeping run may rely on
    /// its wake-up being under way, so every other message about it can be dropped. What the run listens for is written
    /// down by then, and only from then on can it be answered.
    async fn sleep(
        &self,
        mut run: Run,
        mut recorder: Recorder,
        until: Timestamp,
        listening: Option<Listening>,
    ) -> Result<Executed, Error> {
        if !self.write_rest(&run, &mut recorder).await? {
            return Ok(lost(&run));
        }
        self.send_wake(&run, until).await?;
        let listens = listening.as_ref().map(|listening| listening.id);
        match self.store.sleep(&run, until, listens).await? {
            Append::Lost => Ok(lost(&run)),
            Append::Done => {
                run.status = Status::Waiting;
                run.wake_at = Some(until);
                run.listens = listens;
                let view = RunView { listening, ..RunView::of(run, recorder.recent(), None) };
                // Whoever waits for it has started it, so they may answer.
                Ok(Executed::GoesOn(Box::new(view.with_link())))
            }
        }
    }

    /// One hop of a wake-up; longer waits take several.
    pub(super) async fn send_wake(&self, run: &Run, until: Timestamp) -> Result<(), Error> {
        let message = Message::wake(run, until);
        let delay = until.since(self.now()).min(limits::MAX_DELAY);
        Ok(self.queue.send(&message, &run.workspace, delay).await?)
    }

    pub(super) async fn write_rest(
        &self,
        run: &Run,
        recorder: &mut Recorder,
    ) -> Result<bool, Error> {
        if !recorder.has_unwritten() {
            return Ok(true);
        }
        let (seq, entry) = recorder.take_pending();
        let appended = self.store.append(run, seq, &entry).await?;
        self.audience.written(seq);
        Ok(appended == Append::Done)
    }
}

/// How a flow's own end ends its run.
pub(super) fn end_of(ended: Result<Value, RunError>) -> (Event, End) {
    match ended {
        Ok(output) if depth(&output) > limits::MAX_OUTPUT_DEPTH => {
            // It could not be stored on any other try either, and each would repeat its effects.
            let deepest = limits::MAX_OUTPUT_DEPTH;
            let detail = format!("the output nests more than {deepest} levels deep");
            (Event::Fail, End::Error(raise(ErrorKind::Runtime, "/", detail)))
        }
        Ok(output) => (Event::Complete, End::Output(output)),
        Err(error) => (Event::Fail, End::Error(error)),
    }
}

/// The last entry of a run that ends now, with its number.
pub(super) fn conclude(
    run: &Run,
    recorder: &mut Recorder,
    event: Event,
    end: End,
    now: Timestamp,
) -> (u64, JournalEntry) {
    let (level, word) = last_words(event);
    let took = Milliseconds(now.since(run.begins_at()));
    recorder.log_end(now, level, word, format!("Run {word} after {took}"));
    recorder.take_last(end)
}

/// The run as its end leaves it.
pub(super) fn mark_ended(run: &mut Run, event: Event, now: Timestamp) -> Result<(), Error> {
    run.status = next(run.status, event).map_err(|_| Error::internal("a run ended as none can"))?;
    run.ended_at = Some(now);
    Ok(())
}

/// What the caller of a run that ended is shown.
pub(super) fn view(run: Run, recorder: &Recorder, last: JournalEntry) -> RunView {
    RunView::of(run, recorder.recent(), last.end)
}

pub(super) async fn interpret(
    plan: &Plan,
    host: &RunHost<'_>,
    input: &Value,
) -> Result<Result<Value, RunError>, Stop> {
    flow::run(plan, host, facts(host.run, input, host.thread.as_ref())).await
}

/// What the flow's expressions may see of a run.
pub(super) fn facts<'r>(
    run: &'r Run,
    input: &'r Value,
    thread: Option<&'r ThreadContext>,
) -> RunFacts<'r> {
    let id = run.thread.as_ref().map(ThreadId::as_str);
    RunFacts {
        id: run.id,
        input,
        started_at: run.begins_at(),
        workspace: run.workspace.as_str(),
        trigger: run.trigger.as_str(),
        environment: run.environment.as_str(),
        thread: id.zip(thread).map(|(id, context)| ThreadFacts { id, context }),
    }
}

pub(super) fn lost(run: &Run) -> Executed {
    tracing::debug!(run.id = %run.id, "Run {} is in another worker's hands", run.id);
    Executed::Lost
}

const fn last_words(event: Event) -> (LogLevel, &'static str) {
    match event {
        Event::Complete => (LogLevel::Info, "completed"),
        Event::Cancel => (LogLevel::Warn, "cancelled"),
        Event::TimeOut => (LogLevel::Error, "timed out"),
        Event::Fail | Event::Claim | Event::HandOver | Event::Sleep => (LogLevel::Error, "failed"),
    }
}

fn cancelled() -> RunError {
    raise(ErrorKind::Runtime, "/", "the run was cancelled")
}

fn timed_out(run: &Run) -> RunError {
    let longest = run.deadline.since(run.begins_at()).as_secs();
    raise(ErrorKind::Timeout, "/", format!("the run did not end within {longest} s"))
}

/// `850 ms` or `12.3 s`.
struct Milliseconds(Duration);

impl std::fmt::Display for Milliseconds {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 < Duration::from_secs(10) {
            write!(formatter, "{} ms", self.0.as_millis())
        } else {
            write!(formatter, "{:.1} s", self.0.as_secs_f64())
        }
    }
}
