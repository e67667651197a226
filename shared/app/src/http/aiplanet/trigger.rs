//! Requests to run a trigger's flow.

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
    },
    model::{RunId, ThreadId, Timestamp, TriggerId},
    runs::{self, Caller, Idempotency, Original, Runs, Start, Started, Thread},
};

/// A request to run a trigger's flow, followed or in the background.
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

    /// What is to be started for its caller, who may start it. The body names the trigger, so it is read first; a
    /// caller whose key is not accepted is not told what is wrong with it.
    ///
    /// # Errors
    /// 401, 403, 404, 429; 413, 415, and 422 with the place of every fault; 500 and 503. Nothing was started.
    pub async fn prepare(&self, runs: &Runs) -> Result<(Start, Asked), Error> {
        let body = detail::members(self.0).and_then(TriggerBody::read);
        let id = body.as_ref().map_or("", |body| &body.workflow_configuration_id);
        let caller = runs.authenticate_to_start(detail::token(self.0)?, None, id, None).await?;
        let body = body?;
        let key = detail::idempotency_key(self.0.headers())?;
        let key = key.map(|text| StartKey { text, is_own: false });
        let base = address::of_files(self.0);
        body.prepare(runs, &caller, key, FileRules { base: &base, fetches: true }).await
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

    /// What is to be started for this caller, who may start it, with the files that it names: each is looked at, or fetched.
    pub(super) async fn prepare(
        self,
        runs: &Runs,
        caller: &Caller,
        key: Option<StartKey>,
        files: FileRules<'_>,
    ) -> Result<(Start, Asked), Error> {
        let Self { workflow_configuration_id, inputs, thread, run_at } = self;
        let (trigger, environment) =
            runs.furthest_trigger(caller, &workflow_configuration_id).await?;
        let declared = runs.declared_inputs(&trigger, environment).await?;
        let names = inputs.iter().map(|input| input.name.clone()).collect();
        let has_own_key = key.as_ref().is_some_and(|key| key.is_own);
        let asked =
            Asked { trigger: trigger.id.clone(), thread: thread.clone(), names, has_own_key };
        let inputs = TypedInputs::of(inputs, &declared, files)?;
        let given = thread.given().map_or("", ThreadId::as_str);
        let idempotency = key.map(|StartKey { text: key, .. }| Idempotency::Key {
            key,
            body: detail::hash_of(&format!("{given}\n{}", inputs.said()), run_at),
        });
        let attachments = inputs.attachments(&trigger, idempotency.as_ref(), run_at);
        let attached = runs.attach(attachments).await?;
        let start = Start::new(trigger, environment, inputs.with(attached)?);
        Ok((Start { run_at, thread, idempotency, ..start }, asked))
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
