//! What a trigger's callback is sent: a completion webhook, signed as Standard Webhooks says.

use serde_json::{Map, Value, json};

use super::{Error, Runs, tell::Attempt};
use crate::{
    egress::{Redirects, Request},
    model::{Callback, End, Run, Secret, Timestamp, Trigger, limits},
    secrets,
    store::View,
    webhook::{HeaderMap, HeaderValue, Signed, SigningKey, Unsignable, Unsigned, named, sign},
};

/// The scheme by which callbacks are signed.
const SCHEME: &str = "standard-webhooks";

impl Runs {
    /// The request of one attempt, or why there is none. The trigger is read anew each time.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Secrets`]; a retry is safe.
    pub(super) async fn callback_request(
        &self,
        view: &View,
    ) -> Result<Result<Request, Attempt>, Error> {
        let run = &view.run;
        let trigger = self.store.trigger(&run.trigger).await?;
        let trigger = trigger.filter(|trigger| trigger.workspace == run.workspace);
        let called_back =
            trigger.as_ref().and_then(|trigger| Some((trigger, trigger.callback.as_ref()?)));
        let Some((trigger, callback)) = called_back else {
            return Ok(Err(Attempt::Void("the trigger has no callback any more")));
        };
        let failed =
            |reason: &str| Ok(Err(Attempt::Failed(format!("could not be signed: {reason}"))));
        let secrets = match self.signing_secrets(trigger, callback).await? {
            Some(secrets) if !secrets.is_empty() => secrets,
            Some(_) => return failed("every secret has expired"),
            None => return failed("a secret is missing"),
        };
        let body = body(run, view.end().cloned());
        let id = format!("{}-{}", run.id, run.status.as_str());
        match signed(&callback.url, body.to_string().into_bytes(), &id, &secrets, self.now()) {
            Ok(signed) => Ok(Ok(request(signed))),
            // It may tell of the secret's form.
            Err(_) => failed("a secret cannot be used"),
        }
    }

    /// None where one of them is not there.
    async fn signing_secrets(
        &self,
        trigger: &Trigger,
        callback: &Callback,
    ) -> Result<Option<Vec<Secret>>, Error> {
        match self.secrets.of(trigger, &callback.secrets, self.now()).await {
            Ok(secrets) => Ok(Some(secrets)),
            Err(secrets::Error::Missing(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The event. The same for every attempt, its time included, which is that of the run's end.
fn body(run: &Run, end: Option<End>) -> Value {
    let ended_at = run.ended_at.unwrap_or_default().to_string();
    let mut data = Map::new();
    let mut set = |name: &str, value: Value| data.insert(name.to_owned(), value);
    set("run_id", run.id.to_string().into());
    set("workspace", run.workspace.as_str().into());
    set("trigger", run.trigger.as_str().into());
    set("environment", run.environment.as_str().into());
    set("flow", json!({"name": run.flow.name, "version": run.flow.version}));
    set("status", run.status.as_str().into());
    match end {
        Some(End::Output(output)) if is_too_large(&output) => {
            set("output_omitted", true.into());
        }
        Some(End::Output(output)) => {
            set("output", output);
        }
        Some(End::Error(error)) => {
            set("error", json!(error));
        }
        None => {}
    }
    set("started_at", run.started_at.to_string().into());
    set("ended_at", ended_at.as_str().into());
    json!({"type": format!("run.{}", run.status.as_str()), "timestamp": ended_at, "data": data})
}

fn is_too_large(output: &Value) -> bool {
    output.to_string().len() > limits::MAX_CALLBACK_OUTPUT_BYTES
}

/// Signed with each of `secrets`: while one replaces the other, the receiver may know but one.
fn signed(
    url: &str,
    body: Vec<u8>,
    id: &str,
    secrets: &[Secret],
    now: Timestamp,
) -> Result<Signed, Unsignable> {
    let scheme = named(SCHEME).ok_or(Unsignable::KindOfKey)?;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let unsigned = Signed { method: "POST".to_owned(), url: url.to_owned(), headers, body };
    secrets.iter().try_fold(unsigned, |signed, secret| {
        let Signed { method, url, headers, body } = signed;
        let unsigned = Unsigned { method, url, headers, body, id: id.to_owned() };
        sign(scheme, SigningKey::Shared(secret), unsigned, now)
    })
}

fn request(signed: Signed) -> Request {
    let text = |value: &HeaderValue| value.to_str().map(str::to_owned).unwrap_or_default();
    let headers = signed.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    Request {
        method: http::Method::POST,
        url: signed.url,
        headers: headers.collect(),
        body: Some(signed.body.into()),
        timeout: limits::CALLBACK_TIMEOUT,
        redirects: Redirects::Return,
    }
}
