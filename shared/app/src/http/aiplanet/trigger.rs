//! Requests to run a trigger's flow.

use std::sync::Arc;

use lambda_http::Request;
use serde_json::{Map, Value, json};

use super::{
    Answer, Error, StartedRun,
    batch::KEY,
    file::FileRules,
    input::{Faults, Input},
    list::NAME,
    request::expect_method,
    typed::TypedInputs,
};
use crate::{
    http::{
        address,
        detail::{self, RUN_AT, fault},
        headers,
    },
    model::{Environment, RunId, ThreadId, Timestamp, Trigger, TriggerId},
    runs::{
        self, Attached, Attachments, DeclaredInputs, Idempotency, Original, Start, Started, Thread,
    },
};

/// A request to run a trigger's flow in the background.
pub struct TriggerRequest<'a>(&'a Request);

/// What it says, as far as that is right whatever the flow is.
#[derive(Debug, PartialEq)]
pub struct TriggerBody {
    /// The trigger.
    pub workflow_configuration_id: String,
    inputs: Vec<Input>,
    thread: Thread,
    run_at: Option<Timestamp>,
}

/// A start that is as its flow declares it, but for its files, which are still to be had.
pub struct Draft {
    start: Start,
    inputs: TypedInputs,
    asked: Asked,
}

/// What is told of a start to who asked for it.
pub struct Asked {
    trigger: TriggerId,
    thread: Thread,
    /// Of the inputs, in their order.
    names: Vec<String>,
    /// Whether the idempotency key stands in the body.
    has_own_key: bool,
}

/// The idempotency key of a start.
pub(super) struct StartKey {
    pub(super) text: String,
    /// Whether it stands in the body.
    pub(super) is_own: bool,
}

impl<'a> TriggerRequest<'a> {
    /// Looks at the method.
    ///
    /// # Errors
    /// 405 for another one than POST and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Self, Error> {
        expect_method(request, "POST, OPTIONS")?;
        Ok(Self(request))
    }

    /// Whether a browser asks what it may ask.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.0.method() == "OPTIONS"
    }

    /// The bearer token.
    ///
    /// # Errors
    /// 401 where there is none.
    pub fn token(&self) -> Result<&'a str, Error> {
        headers::bearer(self.0.headers()).ok_or(Error::Unauthenticated)
    }

    /// The body. It names the trigger, so it is read first; a caller whose key is not accepted is not
    /// told what is wrong with it.
    ///
    /// # Errors
    /// 413, 415, and 422 with the place of every fault.
    pub fn body(&self) -> Result<TriggerBody, Error> {
        TriggerBody::read(detail::members(self.0)?)
    }

    /// What is to be started, of a flow that declares its inputs so.
    ///
    /// # Errors
    /// 422 with the place of every fault.
    pub fn draft(
        &self,
        place: (Arc<Trigger>, Environment),
        body: TriggerBody,
        declared: &DeclaredInputs,
    ) -> Result<Draft, Error> {
        let key = detail::idempotency_key(self.0.headers())?;
        let key = key.map(|text| StartKey { text, is_own: false });
        let base = address::of_files(self.0);
        body.draft(place, key, declared, FileRules { base: &base, fetches: true })
    }
}

impl TriggerBody {
    pub(super) fn read(mut members: Map<String, Value>) -> Result<Self, Error> {
        let mut faults = Faults::default();
        let configuration = members.remove("workflow_configuration_id");
        let configuration =
            faults.text(configuration, || json!(["body", "workflow_configuration_id"]));
        let inputs = Input::all(members.remove("inputs"), &mut faults);
        let thread = thread(members.remove("thread_id"), &mut faults);
        let run_at = faults.run_at(members.get(RUN_AT));
        let workflow_configuration_id = configuration.unwrap_or_default();
        faults.none_or(Self { workflow_configuration_id, inputs, thread, run_at })
    }

    pub(super) fn draft(
        self,
        (trigger, environment): (Arc<Trigger>, Environment),
        key: Option<StartKey>,
        declared: &DeclaredInputs,
        files: FileRules<'_>,
    ) -> Result<Draft, Error> {
        let Self { inputs, thread, run_at, .. } = self;
        let names = inputs.iter().map(|input| input.name.clone()).collect();
        let has_own_key = key.as_ref().is_some_and(|key| key.is_own);
        let asked =
            Asked { trigger: trigger.id.clone(), thread: thread.clone(), names, has_own_key };
        let inputs = TypedInputs::of(inputs, declared, files)?;
        let given = thread.given().map_or("", ThreadId::as_str);
        let idempotency = key.map(|StartKey { text: key, .. }| Idempotency::Key {
            key,
            body: detail::hash_of(&format!("{given}\n{}", inputs.said()), run_at),
        });
        let start = Start::new(trigger, environment, Value::Null);
        Ok(Draft { start: Start { run_at, thread, idempotency, ..start }, inputs, asked })
    }
}

impl Draft {
    /// Its files.
    #[must_use]
    pub fn attachments(&self) -> Attachments<'_> {
        let Start { trigger, idempotency, run_at, .. } = &self.start;
        self.inputs.attachments(trigger, idempotency.as_ref(), *run_at)
    }

    /// What is to be started.
    ///
    /// # Errors
    /// 422 with the place of every file that was refused.
    pub fn start(self, attached: Attached) -> Result<(Start, Asked), Error> {
        let Self { start, inputs, asked } = self;
        Ok((Start { input: inputs.with(attached)?, ..start }, asked))
    }
}

impl Asked {
    /// Of a run that does another one again, with inputs of these names where they are the caller's.
    pub(super) fn again(original: &Original, names: Vec<String>) -> Self {
        let trigger = original.place().0.id.clone();
        Self { trigger, thread: original.thread(), names, has_own_key: false }
    }

    /// The answer to a start.
    #[must_use]
    pub fn answer(self, started: &Started) -> Answer {
        Answer::Started { run: self.started(started.id), replayed: started.replayed }
    }

    pub(super) fn started(self, id: RunId) -> StartedRun {
        StartedRun::of(id, self.thread.of_run(id), self.trigger)
    }

    /// A failure, with the place in the body of what the flow's schema refuses.
    #[must_use]
    pub fn failed(&self, error: runs::Error) -> Error {
        let (pointer, message) = match error {
            runs::Error::InvalidInput { pointer, message } => (pointer, message),
            runs::Error::IdempotencyConflict if self.has_own_key => {
                let message = "Key was used with another body";
                let place = json!(["body", KEY]);
                return Error::invalid("idempotency_conflict", &place, message, &Value::Null);
            }
            error => return error.into(),
        };
        let mut steps =
            pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
        let mut place = vec![json!("body"), json!("inputs")];
        if let Some(name) = steps.next() {
            let index = self.names.iter().position(|known| *known == name);
            place.extend(index.map(Value::from));
            place.push(json!("value"));
        }
        place.extend(steps.map(Value::String));
        Error::Invalid(vec![fault("value_error", &Value::Array(place), &message, &Value::Null)])
    }
}

fn thread(given: Option<Value>, faults: &mut Faults) -> Thread {
    let Some(given) = given.filter(|given| !given.is_null()) else { return Thread::New };
    let place = || json!(["body", "thread_id"]);
    let Some(text) = faults.text(Some(given), place) else { return Thread::New };
    text.parse().map_or_else(
        |_| {
            let (kind, message) = NAME;
            faults.add(kind, place, message, &json!(text));
            Thread::New
        },
        Thread::Given,
    )
}
