//! Requests to run a trigger's flow.

use std::sync::Arc;

use lambda_http::Request;
use serde_json::{Map, Value, json};

use super::{
    Answer, Error, StartedRun,
    input::{Faults, Input},
    list::NAME,
    request::expect_method,
};
use crate::{
    http::detail::{self, RUN_AT, fault},
    model::{Environment, RunId, ThreadId, Timestamp, Trigger, TriggerId},
    runs::{self, DeclaredInputs, Idempotency, Original, Runs, Start, Started, Thread},
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
        let (trigger, environment) =
            runs.furthest_trigger(&caller, &body.workflow_configuration_id).await?;
        let declared = runs.declared_inputs(&trigger, environment).await?;
        let key = detail::idempotency_key(self.0.headers())?;
        body.start((trigger, environment), key, &declared)
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

    pub(super) fn start(
        self,
        (trigger, environment): (Arc<Trigger>, Environment),
        key: Option<String>,
        declared: &DeclaredInputs,
    ) -> Result<(Start, Asked), Error> {
        let Self { inputs, thread, run_at, .. } = self;
        let names = inputs.iter().map(|input| input.name.clone()).collect();
        let asked = Asked { trigger: trigger.id.clone(), thread: thread.clone(), names };
        let input = Input::for_flow(inputs, declared)?;
        let given = thread.given().map_or("", ThreadId::as_str);
        let idempotency = key.map(|key| Idempotency::Key {
            key,
            body: detail::hash_of(&format!("{given}\n{input}"), run_at),
        });
        let start = Start::new(trigger, environment, input);
        Ok((Start { run_at, thread, idempotency, ..start }, asked))
    }
}

impl Asked {
    /// Of a run that does another one again, with inputs of these names where they are the caller's.
    pub(super) fn again(original: &Original, names: Vec<String>) -> Self {
        let trigger = original.place().0.id.clone();
        Self { trigger, thread: original.thread(), names }
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
        let runs::Error::InvalidInput { pointer, message } = error else { return error.into() };
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
