//! `call: llm`: the workspace's provider, its key, and the model's answer as it comes. The key goes into one header and
//! nowhere else, and nothing that a provider says about a failure is passed on but a plain word.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use super::host::{RunHost, Stop, failure};
use crate::{
    egress::{self, IncomingAnswer, Redirects},
    flow::LlmRequest,
    llm::{self, Collector, error_code, read_whole},
    model::{
        CallFailure, Completion, FailureKind, Outcome, Provider, Secret,
        limits::{MAX_COMPLETION_BYTES, MAX_EFFECT},
    },
    secrets,
};

/// Most bytes that are read of what stands behind an error's status, to find one word in it.
const MAX_ERROR_BYTES: usize = 16 * 1024;

/// For how long that may take.
const ERROR_PATIENCE: Duration = Duration::from_secs(5);

/// Most bytes of a completion that comes in one piece: JSON may write each byte of its text as several.
const MAX_WHOLE_BYTES: usize = 4 * MAX_COMPLETION_BYTES;

/// Whom to ask.
struct Endpoint {
    url: String,
    key: Option<Secret>,
    model: String,
}

impl RunHost<'_> {
    /// What comes of asking: what the model said, or why it said nothing.
    pub(super) async fn ask(&self, key: &str, request: LlmRequest) -> Result<Outcome, Stop> {
        let asked = match self.endpoint(&request).await? {
            Ok(endpoint) => self.ask_endpoint(key, request, endpoint).await,
            Err(failure) => Err(failure),
        };
        Ok(asked.map_or_else(Outcome::Failure, Outcome::Completion))
    }

    async fn endpoint(&self, request: &LlmRequest) -> Result<Result<Endpoint, CallFailure>, Stop> {
        let name = &request.provider;
        let refused =
            |message: String| Ok(Err(CallFailure { kind: FailureKind::Refused, message }));
        let Some(provider) = self.provider(name).await? else {
            let workspace = &self.run.workspace;
            return refused(format!("the workspace `{workspace}` has no provider `{name}`"));
        };
        let Some(model) = request.model.clone().or_else(|| provider.model.clone()) else {
            return refused(format!(
                "no model is named, and provider `{name}` has none of its own"
            ));
        };
        let references = provider.key.as_slice();
        let keys = match self.runs.secrets.of(&*provider, references, self.runs.now()).await {
            Ok(keys) => keys,
            Err(error) => {
                self.runs.notes.failed(&error);
                let kind = match error.kind() {
                    secrets::ErrorKind::Unavailable => FailureKind::Unreachable,
                    secrets::ErrorKind::Internal => FailureKind::Refused,
                };
                let message = format!("the key of provider `{name}` cannot be read");
                return Ok(Err(CallFailure { kind, message }));
            }
        };
        let url = format!("{}/chat/completions", provider.base_url);
        Ok(Ok(Endpoint { url, key: keys.into_iter().next(), model }))
    }

    async fn provider(&self, name: &str) -> Result<Option<Arc<Provider>>, Stop> {
        // What cannot be a name is nobody's.
        let Ok(name) = name.parse() else { return Ok(None) };
        let (workspace, now) = (&self.run.workspace, self.runs.now());
        let found = self.runs.config.provider(workspace, &name, now).await;
        found.map_err(|error| Stop::Failed(error.into()))
    }

    async fn ask_endpoint(
        &self,
        key: &str,
        request: LlmRequest,
        endpoint: Endpoint,
    ) -> Result<Completion, CallFailure> {
        let limit = request.until.map_or(MAX_EFFECT, |until| until.since(self.runs.now()));
        // An answer in one piece comes when all of it is there.
        let silence = if request.stream { self.runs.settings.model_silence } else { MAX_EFFECT };
        let call = self.execution.call(key, "POST", &endpoint.url);
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            // What is decoded cannot be read as it comes.
            ("accept-encoding".to_owned(), "identity".to_owned()),
            ("idempotency-key".to_owned(), self.idempotency_key(key)),
            ("traceparent".to_owned(), call.traceparent()),
        ];
        if let Some(secret) = &endpoint.key {
            headers.push(("authorization".to_owned(), format!("Bearer {}", secret.expose())));
        }
        let body = llm::body(&endpoint.model, request.members, request.stream);
        let opened = self.runs.egress.open(egress::Request {
            method: http::Method::POST,
            url: endpoint.url,
            headers,
            body: Some(body.to_string().into()),
            timeout: limit.min(MAX_EFFECT),
            // A key goes where the operator said and nowhere else.
            redirects: Redirects::Return,
        });
        let answer = match timeout(silence, opened).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                call.failed(error.kind().as_str());
                return Err(failure(&error));
            }
            Err(_) => {
                call.failed(egress::ErrorKind::Timeout.as_str());
                return Err(silent(silence));
            }
        };
        let status = answer.status;
        let read = if !(200..300).contains(&status) {
            Err(refusal(answer).await)
        } else if is_stream(&answer) {
            self.collect(key, answer, &endpoint.model, silence).await
        } else {
            read(answer, &endpoint.model, silence).await
        };
        call.answered(status);
        read
    }

    async fn collect(
        &self,
        key: &str,
        mut answer: IncomingAnswer,
        model: &str,
        silence: Duration,
    ) -> Result<Completion, CallFailure> {
        let mut collector = Collector::new(model);
        while !collector.is_done() {
            let Some(bytes) = next(&mut answer, silence).await? else { break };
            let said = collector.take(&bytes)?;
            self.runs.audience.said(key, said);
        }
        Ok(collector.end()?)
    }
}

async fn read(
    mut answer: IncomingAnswer,
    model: &str,
    silence: Duration,
) -> Result<Completion, CallFailure> {
    let mut body = Vec::new();
    while let Some(bytes) = next(&mut answer, silence).await? {
        body.extend_from_slice(&bytes);
        if body.len() > MAX_WHOLE_BYTES {
            return Err(llm::Error::TooLarge.into());
        }
    }
    Ok(read_whole(&body, model)?)
}

async fn next(
    answer: &mut IncomingAnswer,
    silence: Duration,
) -> Result<Option<bytes::Bytes>, CallFailure> {
    match timeout(silence, answer.chunk()).await {
        Ok(chunk) => chunk.map_err(|error| failure(&error)),
        Err(_) => Err(silent(silence)),
    }
}

fn silent(silence: Duration) -> CallFailure {
    let message = format!("the model said nothing for {silence:?}");
    CallFailure { kind: FailureKind::TimedOut, message }
}

fn is_stream(answer: &IncomingAnswer) -> bool {
    let mut types = answer.headers.iter().filter(|(name, _)| name == "content-type");
    types.next().is_some_and(|(_, value)| value.trim_start().starts_with("text/event-stream"))
}

/// What an answer with a status of no success means.
async fn refusal(mut answer: IncomingAnswer) -> CallFailure {
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(bytes)) = answer.chunk().await {
            body.extend_from_slice(&bytes);
            if body.len() > MAX_ERROR_BYTES {
                break;
            }
        }
    };
    // The status says enough where the rest does not come.
    let _ = timeout(ERROR_PATIENCE, reading).await;
    let status = answer.status;
    let code = error_code(&body).map(|code| format!(" (`{code}`)")).unwrap_or_default();
    let message = format!("the model's call was answered with status {status}{code}");
    CallFailure { kind: FailureKind::Answered(status), message }
}
