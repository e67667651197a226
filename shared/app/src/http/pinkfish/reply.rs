//! Results and errors as answers.

use lambda_http::{
    Body, Request, Response,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use serde_json::json;

use super::{Answer, Error};
use crate::{
    http::{
        address,
        events::{self, Reply, StreamedBody},
        files::upload_headers,
        respond::{self, JSON, json_of, respond},
    },
    model::{RunId, limits},
    telemetry::{Event, Outcome},
    webhook,
};

/// What the source puts on its answers.
pub(super) const CORS: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, Authorization"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE, OPTIONS"),
];

/// What a preflight allows: with the source's two headers alone no browser would send a key.
pub(super) const PREFLIGHT_HEADERS: &str =
    "Content-Type, Authorization, X-API-KEY, X-API-WAIT, Idempotency-Key";

/// For how long a browser need not ask again, in seconds.
pub(super) const PREFLIGHT_MAX_AGE_S: u16 = 600;

/// What a page may read of an answer.
pub(super) const EXPOSED_HEADERS: &str = "X-Pf-Run-Id, X-Pf-Automation-Id, Idempotency-Replayed, Retry-After, RateLimit, RateLimit-Policy";

/// When to ask for a run again that took longer than the wait, in seconds.
pub(super) const RETRY_AFTER_S: u16 = 5;

/// The answer to `request`, which ends its event. Never fails: what cannot be written becomes a 500.
pub async fn reply(
    request: &Request,
    event: Event,
    result: Result<Answer, Error>,
) -> Response<Body> {
    if let Err(Error::Failed(error)) = &result {
        event.notes().failed(error);
    }
    let mut response = result
        .and_then(|answer| write(request, answer))
        .unwrap_or_else(|error| refuse(request.headers(), &error));
    open_to_pages(&mut response);
    event.end(Outcome::Answered(response.status().as_u16())).await;
    response
}

/// The answer to a request that may have asked for events, which end the request's event then.
pub async fn reply_with_events(
    request: &Request,
    event: Event,
    result: Result<Reply<Answer>, Error>,
) -> Response<StreamedBody> {
    match Reply::split(result) {
        Ok(events) => {
            let (run, replayed) = (events.follower.run().clone(), events.replayed);
            let mut response = about(events.write(event), &run.flow.name, run.id, replayed);
            open_to_pages(&mut response);
            response
        }
        Err(whole) => events::whole(reply(request, event, whole).await),
    }
}

fn open_to_pages<B>(response: &mut Response<B>) {
    for (name, value) in CORS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
}

fn write(request: &Request, answer: Answer) -> Result<Response<Body>, Error> {
    Ok(match answer {
        Answer::Preflight => {
            let mut response = respond::empty(StatusCode::NO_CONTENT);
            let headers = response.headers_mut();
            let allowed = HeaderValue::from_static(PREFLIGHT_HEADERS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(PREFLIGHT_MAX_AGE_S));
            response
        }
        Answer::Started { automation, run, replayed, prescribed } => {
            let response = match prescribed {
                Some(answer) => prescribed_by_provider(answer),
                None => respond(StatusCode::OK, JSON, "null".to_owned()),
            };
            about(response, &automation, run, replayed)
        }
        Answer::NotStarted(Some(answer)) => prescribed_by_provider(answer),
        Answer::NotStarted(None) => respond(StatusCode::OK, JSON, "null".to_owned()),
        Answer::Delivered { automation, run, status } => {
            let base = address::of_run(request, &automation, &run.to_string());
            let text = json!({
                "automationId": automation,
                "runId": run,
                "status": status,
                "statusUrl": format!("{base}/status"),
                "resultsUrl": format!("{base}/results"),
            });
            about(respond(StatusCode::OK, JSON, text.to_string()), &automation, run, false)
        }
        Answer::GoesOn { automation, run, replayed } => {
            let base = address::of_run(request, &automation, &run.to_string());
            let text = json!({
                "status": "timeout",
                "message": "Automation execution exceeded 60 second timeout. Use runId to check results in Run Monitor.",
                "runId": run,
                "automationId": automation,
                "statusUrl": format!("{base}/status"),
                "resultsUrl": format!("{base}/results"),
                "retryAfterSeconds": RETRY_AFTER_S,
            });
            let mut response = respond(StatusCode::ACCEPTED, JSON, text.to_string());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
            about(response, &automation, run, replayed)
        }
        Answer::Upload(announced) => {
            let text = json!({
                "fileId": announced.file.expose(),
                "uploadUrl": announced.upload.url,
                "method": "PUT",
                "headers": upload_headers(&announced),
                "expiresInSeconds": limits::UPLOAD.as_secs(),
            });
            private(respond(StatusCode::OK, JSON, text.to_string()))
        }
        Answer::FileAt(address) => {
            let mut response = respond::empty(StatusCode::FOUND);
            let address = HeaderValue::try_from(address)
                .map_err(|_| Error::failed("the address of a file is no header"))?;
            response.headers_mut().insert(header::LOCATION, address);
            private(response)
        }
        Answer::Execution { execution, replayed } => {
            let response = json_of(StatusCode::OK, &execution)?;
            about(response, execution.automation(), execution.run(), replayed)
        }
        Answer::Progress(mut progress) => {
            progress.locate(request);
            let response = json_of(StatusCode::OK, &progress)?;
            about(response, progress.automation(), progress.run(), false)
        }
    })
}

/// What a provider has to be answered, and nothing more: some show the text to people.
fn prescribed_by_provider(answer: webhook::Answer) -> Response<Body> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    match answer.json {
        Some(json) => respond(status, JSON, json.to_string()),
        None => respond::empty(status),
    }
}

/// What holds a permission is in nobody's cache, and in nobody's `Referer`.
fn private(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Names the run in the headers.
fn about<B>(
    mut response: Response<B>,
    automation: &str,
    run: RunId,
    replayed: bool,
) -> Response<B> {
    let names = [("x-pf-run-id", run.to_string()), ("x-pf-automation-id", automation.to_owned())];
    for (name, value) in names {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    if replayed {
        respond::mark_replayed(&mut response);
    }
    response
}

fn refuse(headers: &HeaderMap, error: &Error) -> Response<Body> {
    let (status, text) = (error.status(), error.text());
    let reason = status.canonical_reason().unwrap_or("Error");
    let shape = |_| json!({"error": reason, "message": text});
    let mut response = respond::refusal(headers, status, &text, None, shape);
    let extra = match error {
        Error::Unauthenticated | Error::NotAdmitted => Some((header::WWW_AUTHENTICATE, "ApiKey")),
        Error::MethodNotAllowed { allow } => Some((header::ALLOW, *allow)),
        _ => None,
    };
    if let Some((name, value)) = extra {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    respond::retry_after(&mut response, error.again_in());
    response
}
