//! What a flow's effects meet: the journal that remembers them, and the world.

use std::{
    pin::pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use tokio::sync::watch;

use super::{Error, Runs, journal::Recorder};
use crate::{
    egress::{self, Redirects},
    flow::{Host, HttpRequest, ListenRequest, LlmRequest, LogEvent},
    model::{
        CallFailure, Completion, FailureKind, Heard, HttpAnswer, Listening, Outcome, Run,
        ThreadContext, Timestamp, limits,
    },
    store::Append,
    telemetry::Execution,
};

/// Why an execution stopped before its flow ended.
#[derive(Debug)]
pub(super) enum Stop {
    /// Another worker holds the run: write nothing more.
    Lost,
    /// Somebody asked for it.
    Cancelled,
    /// The deadline passed.
    TimedOut,
    /// The slice is over: the next worker goes on.
    SliceOver,
    /// Nothing to do until then.
    Sleep(Timestamp),
    /// Nothing to do until somebody answers.
    Listen(Box<Listening>),
    /// The store failed.
    Failed(Error),
}

/// What the keeper of the lease found out meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interrupt {
    /// The lease is another's.
    Lost,
    /// The run was cancelled.
    Cancelled,
}

/// How long this execution may go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    /// From then on no new effect is started.
    pub(super) ends_at: Timestamp,
    /// When a call in flight is given up, because somebody waits who cannot wait for longer.
    pub(super) gives_up_calls_at: Option<Timestamp>,
    /// The longest wait that is sat out.
    pub(super) longest_wait: Duration,
}

/// Tasks between two chances for others to run: a loop without effects must not starve the lease.
const TASKS_PER_YIELD: u32 = 64;

/// What cannot be: a flow's version never changes, and a key names one place in it.
const ANOTHER_KIND: &str = "the journal holds another kind of result for a call";

pub(super) struct RunHost<'a> {
    pub(super) runs: &'a Runs,
    pub(super) run: &'a Run,
    /// What its thread held when it began, where its flow may want to know.
    pub(super) thread: Option<ThreadContext>,
    pub(super) execution: &'a Execution,
    pub(super) slice: Slice,
    pub(super) interrupt: watch::Receiver<Option<Interrupt>>,
    pub(super) recorder: Mutex<Recorder>,
    pub(super) task_count: AtomicU32,
}

impl RunHost<'_> {
    pub(super) fn recorder(&self) -> MutexGuard<'_, Recorder> {
        // No code panics while it holds the lock; the data would be sound even so.
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is pending, under the fence.
    pub(super) async fn write_pending(&self) -> Result<(), Stop> {
        let (seq, entry) = self.recorder().take_pending();
        match self.runs.store.append(self.run, seq, &entry).await {
            Ok(Append::Done) => {
                self.runs.audience.written(seq);
                Ok(())
            }
            Ok(Append::Lost) => Err(Stop::Lost),
            Err(error) => Err(Stop::Failed(error.into())),
        }
    }

    /// Before an effect: what came before it is written, and there is still time for it. Who follows here sees the
    /// effect begin, which costs one write more where there was no result to be written anyway.
    async fn before_effect(&self) -> Result<(), Stop> {
        self.check()?;
        self.recorder().go_live(self.runs.now());
        let is_due = if self.runs.audience.is_there() {
            self.recorder().has_unwritten()
        } else {
            self.recorder().has_unwritten_results()
        };
        if is_due {
            self.write_pending().await?;
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), Stop> {
        match *self.interrupt.borrow() {
            Some(Interrupt::Lost) => return Err(Stop::Lost),
            Some(Interrupt::Cancelled) => return Err(Stop::Cancelled),
            None => {}
        }
        let now = self.runs.now();
        if now >= self.run.deadline {
            return Err(Stop::TimedOut);
        }
        if now >= self.slice.ends_at {
            return Err(Stop::SliceOver);
        }
        Ok(())
    }

    /// Returns when an effect in flight must be dropped.
    async fn interrupted(&self) -> Stop {
        let mut interrupt = self.interrupt.clone();
        let give_up = async {
            match self.slice.gives_up_calls_at {
                Some(time) => self.runs.clock.sleep_until(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // An ended keeper tells nothing more; the deadline still holds.
            Ok(found) = interrupt.wait_for(Option::is_some) => match *found {
                Some(Interrupt::Cancelled) => Stop::Cancelled,
                _ => Stop::Lost,
            },
            () = self.runs.clock.sleep_until(self.run.deadline) => Stop::TimedOut,
            () = give_up => Stop::SliceOver,
        }
    }

    /// What the effect at `key` gave before, or gives now that it is done by `act`.
    async fn effect(
        &self,
        key: &str,
        act: impl Future<Output = Result<Outcome, Stop>>,
    ) -> Result<Outcome, Stop> {
        let recalled = self.recorder().recall(key);
        if let Some(outcome) = recalled {
            return Ok(outcome);
        }
        self.before_effect().await?;
        let uninterrupted = async {
            tokio::select! {
                biased;
                stop = self.interrupted() => Err(stop),
                outcome = act => outcome,
            }
        };
        // Boxed, so that lists of tasks inside each other do not carry the room for it at every level.
        let outcome = Box::pin(self.shown_when_long(uninterrupted)).await?;
        self.recorder().record(key, outcome.clone());
        Ok(outcome)
    }

    /// Waits for an effect in flight. Of a long one it writes down that it has begun, so that who looks from outside
    /// sees it.
    async fn shown_when_long(
        &self,
        effect: impl Future<Output = Result<Outcome, Stop>>,
    ) -> Result<Outcome, Stop> {
        let mut effect = pin!(effect);
        let began_at = self.runs.now();
        tokio::select! {
            biased;
            outcome = &mut effect => return outcome,
            () = self.runs.clock.sleep(limits::LONG_EFFECT) => {}
        }
        // A process that was stopped meanwhile may have lost its lease, and would write behind the run's end.
        let has_stalled = self.runs.now().since(began_at) >= self.runs.settings.lease_renewal;
        if has_stalled || !self.recorder().has_unwritten() {
            return effect.await;
        }
        // The write is waited for whatever becomes of the effect: half written, its number would be a gap.
        let (outcome, ()) = futures::try_join!(async { Ok(effect.await) }, self.write_pending())?;
        outcome
    }

    /// The name under which whoever is called at `key` may recognise a repeat.
    pub(super) fn idempotency_key(&self, key: &str) -> String {
        format!("{}:{}", self.run.id, self.recorder().idempotency_key(key))
    }

    async fn send(&self, key: &str, request: HttpRequest) -> Outcome {
        let now = self.runs.now();
        let timeout = request.until.map_or(limits::MAX_EFFECT, |until| until.since(now));
        let call = self.execution.call(key, &request.method, &request.url);
        let mut headers = request.headers;
        let own =
            [("idempotency-key", self.idempotency_key(key)), ("traceparent", call.traceparent())];
        for (name, value) in own {
            if !headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
                headers.push((name.to_owned(), value));
            }
        }
        let Ok(method) = request.method.parse() else {
            let message = format!("`{}` is not a method", request.method);
            return Outcome::Failure(CallFailure { kind: FailureKind::Refused, message });
        };
        let sent = self.runs.egress.send(egress::Request {
            method,
            url: request.url,
            headers,
            body: request.body.map(Into::into),
            timeout: timeout.min(limits::MAX_EFFECT),
            redirects: if request.follow_redirects { Redirects::Follow } else { Redirects::Return },
        });
        match sent.await {
            Ok(response) => {
                call.answered(response.status);
                Outcome::Answer(answer(response))
            }
            Err(error) => {
                call.failed(error.kind().as_str());
                Outcome::Failure(failure(&error))
            }
        }
    }
}

impl Host for RunHost<'_> {
    type Stop = Stop;

    async fn proceed(&self) -> Result<(), Stop> {
        if self.task_count.fetch_add(1, Ordering::Relaxed) % TASKS_PER_YIELD == TASKS_PER_YIELD - 1
        {
            tokio::task::yield_now().await;
        }
        self.check()
    }

    async fn http(
        &self,
        key: &str,
        request: HttpRequest,
    ) -> Result<Result<HttpAnswer, CallFailure>, Stop> {
        match self.effect(key, async { Ok(self.send(key, request).await) }).await? {
            Outcome::Answer(answer) => Ok(Ok(answer)),
            Outcome::Failure(failure) => Ok(Err(failure)),
            _ => Err(Stop::Failed(Error::internal(ANOTHER_KIND))),
        }
    }

    async fn llm(
        &self,
        key: &str,
        request: LlmRequest,
    ) -> Result<Result<Completion, CallFailure>, Stop> {
        // Boxed, so that flows that ask no model do not carry the room for it.
        match self.effect(key, Box::pin(self.ask(key, request))).await? {
            Outcome::Completion(completion) => Ok(Ok(completion)),
            Outcome::Failure(failure) => Ok(Err(failure)),
            _ => Err(Stop::Failed(Error::internal(ANOTHER_KIND))),
        }
    }

    async fn wait(
        &self,
        key: &str,
        duration: Duration,
        until: Option<Timestamp>,
    ) -> Result<(), Stop> {
        let recalled = self.recorder().recall(key);
        let wake_at = if let Some(Outcome::WakeAt(wake_at)) = recalled {
            wake_at
        } else {
            self.before_effect().await?;
            let wake_at = self.runs.now().after(duration);
            self.recorder().record(key, Outcome::WakeAt(wake_at));
            wake_at
        };
        let end = until.map_or(wake_at, |until| until.min(wake_at));
        let remaining = end.since(self.runs.now());
        if remaining.is_zero() {
            return Ok(());
        }
        if remaining > self.slice.longest_wait {
            return Err(Stop::Sleep(end.min(self.run.deadline)));
        }
        if remaining > limits::LONG_EFFECT && self.recorder().has_unwritten() {
            self.write_pending().await?;
        }
        tokio::select! {
            biased;
            stop = self.interrupted() => match stop {
                Stop::SliceOver => Err(Stop::Sleep(end.min(self.run.deadline))),
                stop => Err(stop),
            },
            () = self.runs.clock.sleep_until(end) => Ok(()),
        }
    }

    async fn listen(&self, key: &str, request: ListenRequest) -> Result<Option<Heard>, Stop> {
        // Boxed, so that flows that listen to nobody do not carry the room for it.
        Box::pin(self.hear(key, request)).await
    }

    fn reached_at(&self, key: &str) -> Timestamp {
        let mut recorder = self.recorder();
        if let Some(Outcome::ReachedAt(time)) = recorder.recall(key) {
            return time;
        }
        let now = self.runs.now();
        recorder.record(key, Outcome::ReachedAt(now));
        now
    }

    fn now(&self) -> Timestamp {
        self.runs.now()
    }

    fn keep_thread(&self, context: &ThreadContext) {
        self.recorder().keep_thread(context.clone());
    }

    fn log(&self, event: LogEvent) {
        let now = self.runs.now();
        self.recorder().log(event, now);
    }
}

fn answer(response: egress::Response) -> HttpAnswer {
    let (body, base64) = match String::from_utf8(response.body.into()) {
        Ok(text) => (text, false),
        Err(error) => (BASE64_STANDARD.encode(error.into_bytes()), true),
    };
    HttpAnswer { status: response.status, headers: response.headers, body, base64 }
}

/// Why an outgoing request got no answer, as a flow may see it.
pub(super) fn failure(error: &egress::Error) -> CallFailure {
    let kind = match error.kind() {
        egress::ErrorKind::InvalidRequest
        | egress::ErrorKind::Refused
        | egress::ErrorKind::TooLarge
        | egress::ErrorKind::TooManyRedirects => FailureKind::Refused,
        egress::ErrorKind::Timeout => FailureKind::TimedOut,
        egress::ErrorKind::Dns
        | egress::ErrorKind::Connect
        | egress::ErrorKind::Closed
        | egress::ErrorKind::Protocol => FailureKind::Unreachable,
    };
    CallFailure { kind, message: error.to_string() }
}
