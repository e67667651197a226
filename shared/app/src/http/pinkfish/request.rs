//! Requests of the dialect.

use std::sync::Arc;

use lambda_http::Request;
use serde_json::{Map, Value};

use super::{Error, input::Inputs};
use crate::{
    http::{
        address::{self, parameter},
        events, headers,
    },
    model::{Environment, Timestamp, Trigger, WorkspaceId, limits},
    runs::{Idempotency, Incoming, Key, NewFile, Start},
};

/// A request to run a trigger's flow, waiting or not.
pub struct TriggerRequest<'a> {
    request: &'a Request,
    /// The trigger named in the path.
    pub trigger: String,
}

impl<'a> TriggerRequest<'a> {
    /// Reads the path.
    ///
    /// # Errors
    /// 405 for another method than GET, POST and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Self, Error> {
        expect_method(request, &["GET", "POST", "OPTIONS"], "GET, POST, OPTIONS")?;
        Ok(Self { request, trigger: parameter(request, "triggerId") })
    }

    /// The key in the path, which is none where the route has no place for it.
    #[must_use]
    pub fn path_key(&self) -> String {
        parameter(self.request, "apiKey")
    }

    /// The request as it may have been signed.
    ///
    /// # Errors
    /// 413.
    pub fn incoming(&self) -> Result<Incoming<'a>, Error> {
        let (method, headers) = (self.request.method().as_str(), self.request.headers());
        let body: &[u8] = self.request.body().as_ref();
        if body.len() > limits::MAX_BODY_BYTES {
            return Err(Error::TooLarge);
        }
        Ok(Incoming { method, url: address::called(self.request), headers, body })
    }

    /// The key.
    ///
    /// # Errors
    /// 401 where there is none.
    pub fn key(&self) -> Result<&'a str, Error> {
        headers::api_key(self.request.headers()).ok_or(Error::Unauthenticated)
    }

    /// Whether the caller waits for the end of the run.
    ///
    /// # Errors
    /// 400 for an `x-api-wait` that is neither true nor false.
    pub fn waits(&self) -> Result<bool, Error> {
        let Some(value) = self.request.headers().get("x-api-wait") else { return Ok(false) };
        match value.as_bytes().trim_ascii().to_ascii_lowercase().as_slice() {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err(Error::Invalid("x-api-wait should be true or false".to_owned())),
        }
    }

    /// Whether the caller wants to follow the run.
    #[must_use]
    pub fn wants_events(&self) -> bool {
        headers::accepts(self.request.headers(), events::MEDIA_TYPE)
    }

    /// What a caller of this workspace says at `now`.
    ///
    /// # Errors
    /// 400 with the place of the fault, 413, 415.
    pub fn inputs(&self, workspace: &WorkspaceId, now: Timestamp) -> Result<Inputs, Error> {
        Inputs::of(self.request, (workspace, now))
    }

    /// What is to be started, and the files that are to be stored before: `typed` are the inputs' fields
    /// as the flow declares them.
    ///
    /// # Errors
    /// 400 for an idempotency key that cannot be used.
    pub fn start(
        &self,
        (trigger, environment): (Arc<Trigger>, Environment),
        inputs: Inputs,
        typed: Map<String, Value>,
    ) -> Result<(Start, Vec<NewFile>), Error> {
        let key = headers::idempotency_key(self.request.headers())
            .map_err(|unusable| Error::Invalid(format!("Idempotency-Key: {}", unusable.0)))?;
        let idempotency = key.map(|key| Idempotency::Key { key, body: inputs.hash() });
        let (input, files) = inputs.with(typed);
        Ok((Start { idempotency, ..Start::new(trigger, environment, input) }, files))
    }
}

/// A request to read a run.
pub struct RunRequest<'a> {
    request: &'a Request,
    /// The automation named in the path.
    pub automation: String,
    /// The run named in the path.
    pub run: String,
    /// What of it is asked for.
    pub part: RunPart,
}

/// What of a run is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunPart {
    /// How it stands.
    Status,
    /// What its steps put out.
    Results,
}

impl<'a> RunRequest<'a> {
    /// Reads the path.
    ///
    /// # Errors
    /// 405 for another method than GET and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Self, Error> {
        expect_method(request, &["GET", "OPTIONS"], "GET, OPTIONS")?;
        let part = match request.uri().path() {
            path if path.ends_with("/results") => RunPart::Results,
            _ => RunPart::Status,
        };
        let automation = parameter(request, "automationId");
        Ok(Self { request, automation, run: parameter(request, "runId"), part })
    }

    /// The key. Where the path has a place for it, a header is not looked at.
    ///
    /// # Errors
    /// 401 where there is none.
    pub fn key(&self) -> Result<Key<'a>, Error> {
        key_of(self.request)
    }
}

/// A request to name the run of a provider's delivery.
pub struct DeliveryRequest<'a> {
    request: &'a Request,
    /// The trigger named in the path.
    pub trigger: String,
    /// The provider named in the path.
    pub provider: String,
    /// The delivery's id, as flows see it in the event.
    pub delivery: String,
}

impl<'a> DeliveryRequest<'a> {
    /// The request, where it is one for a delivery.
    ///
    /// # Errors
    /// 405 for another method than GET and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Option<Self>, Error> {
        if !address::resource(request).contains("/by-delivery/") {
            return Ok(None);
        }
        expect_method(request, &["GET", "OPTIONS"], "GET, OPTIONS")?;
        let part = |name| parameter(request, name);
        let (trigger, provider) = (part("triggerId"), part("provider"));
        Ok(Some(Self { request, trigger, provider, delivery: part("id") }))
    }

    /// The key.
    ///
    /// # Errors
    /// 401 where there is none.
    pub fn key(&self) -> Result<Key<'a>, Error> {
        key_of(self.request)
    }
}

fn key_of(request: &Request) -> Result<Key<'_>, Error> {
    if address::resource(request).contains("{apiKey}") {
        return Ok(Key::Path(parameter(request, "apiKey")));
    }
    let key = headers::api_key(request.headers()).ok_or(Error::Unauthenticated)?;
    Ok(Key::Header(key))
}

pub(super) fn expect_method(
    request: &Request,
    allowed: &[&str],
    allow: &'static str,
) -> Result<(), Error> {
    let method = request.method().as_str();
    if allowed.contains(&method) { Ok(()) } else { Err(Error::MethodNotAllowed { allow }) }
}
