//! A host as a run has it: a journal, a clock that moves with the effects, and a world that
//! answers by key.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Mutex,
    time::Duration,
};

use serde_json::Value;

use crate::{
    flow::{Host, HttpRequest, ListenRequest, LlmRequest, LogEvent, Plan, RunFacts, check, run},
    model::{
        CallFailure, Completion, FailureKind, Heard, HttpAnswer, Outcome, RunError, RunId,
        ThreadContext, Timestamp,
    },
};

/// When every test begins.
pub(super) const START: Timestamp = Timestamp::from_millis(1_770_679_479_120);

/// What the world answers to a call, and how long it takes.
pub(super) struct Reply {
    pub(super) after: Duration,
    pub(super) result: Result<HttpAnswer, CallFailure>,
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::of(status, "application/json; charset=utf-8", &body.to_string())
    }

    pub(super) fn of(status: u16, content_type: &str, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        let answer = HttpAnswer { status, headers, body: body.to_owned(), base64: false };
        Self { after: Duration::from_millis(20), result: Ok(answer) }
    }

    pub(super) fn failure(kind: FailureKind) -> Self {
        Self { after: Duration::from_millis(20), result: Err(no_answer(kind)) }
    }

    pub(super) fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

pub(super) fn no_answer(kind: FailureKind) -> CallFailure {
    CallFailure { kind, message: "no answer".to_owned() }
}

type World = Box<dyn Fn(&str, &HttpRequest) -> Reply + Send + Sync>;
type Said = Result<Completion, CallFailure>;
type Model = Box<dyn Fn(&str, &LlmRequest) -> Said + Send + Sync>;

type Ear = Box<dyn Fn(&str, &ListenRequest) -> Option<(Duration, Value)> + Send + Sync>;

/// One append to the journal: what was reached, then one effect.
pub(super) type Entry = Vec<(String, Outcome)>;

/// The test asked for a stop.
#[derive(Debug, PartialEq)]
pub(super) struct Stopped;

#[derive(Default)]
pub(super) struct State {
    pub(super) now: Timestamp,
    memory: BTreeMap<String, Outcome>,
    pending: Entry,
    pub(super) journal: Vec<Entry>,
    /// When each entry of the journal was complete.
    pub(super) written_at: Vec<Timestamp>,
    /// Keys of effects in the order in which they were asked for.
    pub(super) asked: Vec<String>,
    pub(super) executed: BTreeSet<String>,
    pub(super) requests: Vec<HttpRequest>,
    pub(super) questions: Vec<LlmRequest>,
    pub(super) listened: Vec<ListenRequest>,
    pub(super) waits: Vec<Duration>,
    pub(super) logs: Vec<LogEvent>,
    pub(super) kept: Option<ThreadContext>,
    told: HashSet<(String, u32, &'static str)>,
    pub(super) repeated_lines: Vec<String>,
    proceeds_left: Option<usize>,
    task_takes: Duration,
}

pub(super) struct TestHost {
    world: World,
    model: Model,
    ear: Ear,
    pub(super) state: Mutex<State>,
}

impl TestHost {
    pub(super) fn new(world: impl Fn(&str, &HttpRequest) -> Reply + Send + Sync + 'static) -> Self {
        let state = State { now: START, ..State::default() };
        let model = |_: &str, _: &LlmRequest| Err(no_answer(FailureKind::Unreachable));
        let ear = |_: &str, _: &ListenRequest| None;
        Self {
            world: Box::new(world),
            model: Box::new(model),
            ear: Box::new(ear),
            state: Mutex::new(state),
        }
    }

    /// A world in which every call is answered with `body`.
    pub(super) fn answering(status: u16, body: Value) -> Self {
        Self::new(move |_, _| Reply::json(status, &body))
    }

    /// A world in which nobody answers.
    pub(super) fn silent() -> Self {
        Self::new(|_, _| Reply::failure(FailureKind::Unreachable))
    }

    /// The same world, with a model in it.
    pub(super) fn with_model(
        self,
        model: impl Fn(&str, &LlmRequest) -> Said + Send + Sync + 'static,
    ) -> Self {
        Self { model: Box::new(model), ..self }
    }

    /// The same world, in which somebody answers: after how long, and what.
    pub(super) fn with_ear(
        self,
        ear: impl Fn(&str, &ListenRequest) -> Option<(Duration, Value)> + Send + Sync + 'static,
    ) -> Self {
        Self { ear: Box::new(ear), ..self }
    }

    /// Stops the run when it asks to proceed once more than `count` times.
    pub(super) fn stopping_after(self, count: usize) -> Self {
        self.state().proceeds_left = Some(count);
        self
    }

    /// Every task takes this long.
    pub(super) fn with_slow_tasks(self, duration: Duration) -> Self {
        self.state().task_takes = duration;
        self
    }

    /// Remembers what another host wrote down, and begins at `now`.
    pub(super) fn resuming(self, journal: &[Entry], now: Timestamp) -> Self {
        {
            let mut state = self.state();
            state.memory = journal.iter().flatten().cloned().collect();
            state.now = now;
        }
        self
    }

    pub(super) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn ask(&mut self, key: &str) -> Option<Outcome> {
        assert!(!self.asked.iter().any(|known| known == key), "two effects have the key {key}");
        self.asked.push(key.to_owned());
        self.memory.get(key).cloned()
    }

    fn record(&mut self, key: &str, outcome: Outcome) {
        let mut entry = std::mem::take(&mut self.pending);
        entry.push((key.to_owned(), outcome));
        self.memory.extend(entry.iter().cloned());
        self.journal.push(entry);
        self.written_at.push(self.now);
    }
}

impl Host for TestHost {
    type Stop = Stopped;

    async fn proceed(&self) -> Result<(), Stopped> {
        let mut state = self.state();
        state.now = state.now.after(state.task_takes);
        match &mut state.proceeds_left {
            Some(0) => Err(Stopped),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    async fn http(
        &self,
        key: &str,
        request: HttpRequest,
    ) -> Result<Result<HttpAnswer, CallFailure>, Stopped> {
        let mut state = self.state();
        match state.ask(key) {
            Some(Outcome::Answer(answer)) => return Ok(Ok(answer)),
            Some(Outcome::Failure(failure)) => return Ok(Err(failure)),
            Some(other) => panic!("{key} remembers {other:?}"),
            None => {}
        }
        let reply = (self.world)(key, &request);
        let ready_at = state.now.after(reply.after);
        let result = match request.until {
            Some(until) if until < ready_at => {
                state.now = until.max(state.now);
                Reply::failure(FailureKind::TimedOut).result
            }
            _ => {
                state.now = ready_at;
                reply.result
            }
        };
        assert!(state.executed.insert(key.to_owned()));
        state.requests.push(request);
        let outcome = match &result {
            Ok(answer) => Outcome::Answer(answer.clone()),
            Err(failure) => Outcome::Failure(failure.clone()),
        };
        state.record(key, outcome);
        Ok(result)
    }

    async fn llm(&self, key: &str, request: LlmRequest) -> Result<Said, Stopped> {
        let mut state = self.state();
        match state.ask(key) {
            Some(Outcome::Completion(completion)) => return Ok(Ok(completion)),
            Some(Outcome::Failure(failure)) => return Ok(Err(failure)),
            Some(other) => panic!("{key} remembers {other:?}"),
            None => {}
        }
        let said = (self.model)(key, &request);
        state.now = state.now.after(Duration::from_millis(20));
        assert!(state.executed.insert(key.to_owned()));
        state.questions.push(request);
        let outcome = match &said {
            Ok(completion) => Outcome::Completion(completion.clone()),
            Err(failure) => Outcome::Failure(failure.clone()),
        };
        state.record(key, outcome);
        Ok(said)
    }

    async fn wait(
        &self,
        key: &str,
        duration: Duration,
        until: Option<Timestamp>,
    ) -> Result<(), Stopped> {
        let mut state = self.state();
        let wake_at = match state.ask(key) {
            Some(Outcome::WakeAt(time)) => time,
            Some(other) => panic!("{key} remembers {other:?}"),
            None => {
                let wake_at = state.now.after(duration);
                state.waits.push(duration);
                state.record(key, Outcome::WakeAt(wake_at));
                wake_at
            }
        };
        let end = until.map_or(wake_at, |until| until.min(wake_at));
        state.now = state.now.max(end);
        Ok(())
    }

    async fn listen(&self, key: &str, request: ListenRequest) -> Result<Option<Heard>, Stopped> {
        let mut state = self.state();
        match state.ask(key) {
            Some(Outcome::Heard(heard)) => return Ok(heard),
            Some(other) => panic!("{key} remembers {other:?}"),
            None => {}
        }
        let said = (self.ear)(key, &request).map(|(after, data)| (state.now.after(after), data));
        let heard = said
            .filter(|(at, _)| request.until.is_none_or(|until| *at < until))
            .map(|(at, data)| Heard { at, kind: request.kinds[0].clone(), data });
        match (&heard, request.until) {
            (Some(heard), _) => state.now = heard.at,
            (None, Some(until)) => state.now = until,
            (None, None) => return Err(Stopped),
        }
        state.listened.push(request);
        state.record(key, Outcome::Heard(heard.clone()));
        Ok(heard)
    }

    fn reached_at(&self, key: &str) -> Timestamp {
        let mut state = self.state();
        if let Some(Outcome::ReachedAt(time)) = state.memory.get(key) {
            return *time;
        }
        let known = state.pending.iter().find(|(known, _)| known == key);
        if let Some((_, Outcome::ReachedAt(time))) = known {
            return *time;
        }
        let now = state.now;
        state.pending.push((key.to_owned(), Outcome::ReachedAt(now)));
        now
    }

    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn keep_thread(&self, context: &ThreadContext) {
        self.state().kept = Some(context.clone());
    }

    fn log(&self, event: LogEvent) {
        let mut state = self.state();
        let line = (event.task.clone(), event.attempt, event.progress.as_str());
        if !state.told.insert(line.clone()) {
            state.repeated_lines.push(format!("{line:?}"));
        }
        state.logs.push(event);
    }
}

/// The plan of a flow whose text, but for its `document`, is `body`.
pub(super) fn plan(body: &str) -> Plan {
    let document = "document: {dsl: '1.0.3', namespace: test, name: test, version: '1.0.0'}\n";
    match check(&format!("{document}{body}")) {
        Ok(checked) => checked.plan,
        Err(faults) => panic!("{faults:?}\n{body}"),
    }
}

pub(super) fn facts(input: &Value) -> RunFacts<'_> {
    RunFacts {
        id: RunId::new(START, [7; 10]),
        input,
        started_at: START,
        workspace: "demo",
        trigger: "greet",
        environment: "production",
        thread: None,
    }
}

/// Runs `body` to its end.
pub(super) async fn end(host: &TestHost, body: &str, input: Value) -> Result<Value, RunError> {
    run(&plan(body), host, facts(&input)).await.expect("the host does not stop this run")
}

/// Runs `body` where nobody answers, and expects an output.
pub(super) async fn output(body: &str, input: Value) -> Value {
    match end(&TestHost::silent(), body, input).await {
        Ok(output) => output,
        Err(error) => panic!("{error:?}\n{body}"),
    }
}

/// Runs `body` where nobody answers, and expects an error: the last word of its kind, its status,
/// its instance.
pub(super) async fn fault(body: &str, input: Value) -> (String, u16, String) {
    match end(&TestHost::silent(), body, input).await {
        Ok(output) => panic!("{output}\n{body}"),
        Err(error) => short(&error),
    }
}

pub(super) fn short(error: &RunError) -> (String, u16, String) {
    let kind = error.kind.rsplit('/').next().unwrap_or_default().to_owned();
    (kind, error.status, error.instance.clone().unwrap_or_default())
}
