//! What the steps of a run put out. Only results of effects are stored, so the flow is run again
//! on them: it goes the way it went, and stops at the first effect that has no result yet. Nothing
//! is sent, written or waited for.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use super::{execute::facts, input::heard_key, thread::THREAD};
use crate::{
    flow::{self, Host, HttpRequest, ListenRequest, LlmRequest, LogEvent, Plan},
    model::{CallFailure, Completion, Heard, HttpAnswer, Outcome, Timestamp},
    store::Record,
};

/// Tasks that are run again for one reading: a loop of millions, which took its run minutes, ends
/// the replay before it ends the patience of who reads.
const MAX_TASKS: u32 = 100_000;

/// The output of each task of the flow's own list that ended, by its place in the list. A task
/// that ran several times has its last one.
pub(super) async fn outputs(plan: &Plan, record: &Record) -> BTreeMap<usize, Value> {
    let Record { run, input, journal } = record;
    let outcomes = journal.iter().flat_map(|entry| &entry.outcomes);
    let host = Replay {
        outcomes: outcomes.map(|(key, outcome)| (key.as_str(), outcome)).collect(),
        now: run.ended_at.unwrap_or(run.started_at),
        state: Mutex::default(),
    };
    // How it ends is known from the journal.
    let thread = match host.outcomes.get(THREAD) {
        Some(Outcome::Thread(context)) => Some(context),
        // It has come no further than to ask.
        _ if plan.uses_thread && run.thread.is_some() => return BTreeMap::new(),
        _ => None,
    };
    let _ = Box::pin(flow::run(plan, &host, facts(run, input, thread))).await;
    host.state.into_inner().unwrap_or_else(PoisonError::into_inner).outputs
}

struct Replay<'r> {
    outcomes: HashMap<&'r str, &'r Outcome>,
    now: Timestamp,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    outputs: BTreeMap<usize, Value>,
    task_count: u32,
}

/// The run has come no further, or its record does not say how.
struct Unknown;

impl Host for Replay<'_> {
    type Stop = Unknown;

    async fn proceed(&self) -> Result<(), Unknown> {
        let count = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.task_count += 1;
            state.task_count
        };
        if count.is_multiple_of(64) {
            tokio::task::yield_now().await;
        }
        if count > MAX_TASKS { Err(Unknown) } else { Ok(()) }
    }

    async fn http(
        &self,
        key: &str,
        _request: HttpRequest,
    ) -> Result<Result<HttpAnswer, CallFailure>, Unknown> {
        match self.outcomes.get(key) {
            Some(Outcome::Answer(answer)) => Ok(Ok(answer.clone())),
            Some(Outcome::Failure(failure)) => Ok(Err(failure.clone())),
            _ => Err(Unknown),
        }
    }

    async fn llm(
        &self,
        key: &str,
        _request: LlmRequest,
    ) -> Result<Result<Completion, CallFailure>, Unknown> {
        match self.outcomes.get(key) {
            Some(Outcome::Completion(completion)) => Ok(Ok(completion.clone())),
            Some(Outcome::Failure(failure)) => Ok(Err(failure.clone())),
            _ => Err(Unknown),
        }
    }

    async fn wait(
        &self,
        key: &str,
        _duration: std::time::Duration,
        _until: Option<Timestamp>,
    ) -> Result<(), Unknown> {
        if self.outcomes.contains_key(key) { Ok(()) } else { Err(Unknown) }
    }

    async fn listen(&self, key: &str, _request: ListenRequest) -> Result<Option<Heard>, Unknown> {
        match self.outcomes.get(heard_key(key).as_str()) {
            Some(Outcome::Heard(heard)) => Ok(heard.clone()),
            _ => Err(Unknown),
        }
    }

    fn reached_at(&self, key: &str) -> Timestamp {
        match self.outcomes.get(key) {
            Some(Outcome::ReachedAt(time)) => *time,
            _ => self.now,
        }
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn log(&self, _event: LogEvent) {}

    fn completed(&self, index: usize, output: &Value) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.outputs.insert(index, output.clone());
    }
}
