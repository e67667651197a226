//! Results and errors as answers.

use lambda_http::{
    Body, Request, Response,
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use serde_json::{Value, json};

use super::{Answer, Ended, Error};
use crate::{
    http::{
        detail::{self, Wording},
        events::{self, Reply, StreamedBody},
        files::upload_headers,
        question::Question,
        respond::{self, json_of, wait_s},
    },
    runs::{self, Announced},
    telemetry::{Event, Outcome},
};

const WORDING: Wording = Wording {
    no_trigger: "Workflow configuration not found",
    no_run: "Run not found",
    failed: "Internal server error",
    place: |_| json!(["body", "inputs"]),
};

/// Keys go in a header that a page's own code sets, never in a cookie, so any page may ask.
pub(super) const CORS: [(HeaderName, &str); 2] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "Idempotency-Replayed, Retry-After, RateLimit, RateLimit-Policy",
    ),
];

/// What a preflight allows besides.
pub(super) const PREFLIGHT: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, traceparent",
    ),
    (header::ACCESS_CONTROL_MAX_AGE, "600"),
];

/// The answer to `request`, which ends its event. Never fails: what cannot be written becomes a 500.
pub async fn reply(
    request: &Request,
    event: Event,
    result: Result<Answer, Error>,
) -> Response<Body> {
    if let Some(error) = failure(&result) {
        event.notes().failed(error);
    }
    let mut response = result
        .and_then(|answer| write(request, answer))
        .unwrap_or_else(|error| detail::refuse(request.headers(), &error, &WORDING));
    set(&mut response, CORS);
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
            let mut response = events.write(event);
            set(&mut response, CORS);
            response
        }
        Err(whole) => events::whole(reply(request, event, whole).await),
    }
}

fn write(request: &Request, answer: Answer) -> Result<Response<Body>, Error> {
    Ok(match answer {
        Answer::Preflight => {
            let mut response = respond::empty(StatusCode::NO_CONTENT);
            set(&mut response, PREFLIGHT);
            response
        }
        Answer::Started { run, replayed } => {
            let mut response = json_of(StatusCode::ACCEPTED, &run)?;
            if replayed {
                respond::mark_replayed(&mut response);
            }
            response
        }
        Answer::Batch(items) => {
            let items: Vec<_> = items.into_iter().map(item).collect();
            json_of(StatusCode::OK, &json!({"items": items}))?
        }
        Answer::Run(mut run) => {
            Question::locate(run.asked.as_mut(), request);
            json_of(StatusCode::OK, &run)?
        }
        Answer::Cancelled(run) if run.has_ended() => json_of(StatusCode::OK, &run)?,
        Answer::Cancelled(run) => json_of(StatusCode::ACCEPTED, &run)?,
        Answer::Answered { run, replayed } => {
            let ended = run.has_ended();
            let status = if ended { StatusCode::OK } else { StatusCode::ACCEPTED };
            let mut response = json_of(status, &run)?;
            if replayed {
                respond::mark_replayed(&mut response);
            }
            response
        }
        Answer::Upload(announced) => {
            let Announced { file, upload, usable_until } = &announced;
            let text = json!({
                "id": file.expose(),
                "expires_at": usable_until.to_string(),
                "upload": {
                    "url": upload.url,
                    "method": "PUT",
                    "headers": upload_headers(&announced),
                    "expires_at": upload.until.to_string(),
                },
            });
            let mut response = json_of(StatusCode::CREATED, &text)?;
            // Whoever has the URL may upload.
            set(&mut response, [(header::CACHE_CONTROL, "no-store")]);
            response
        }
        Answer::List(list) => json_of(StatusCode::OK, &list)?,
        Answer::NothingFollows => respond::empty(StatusCode::NO_CONTENT),
    })
}

/// What operators have to know of: why a request failed, or the last of a batch's items that did.
fn failure(result: &Result<Answer, Error>) -> Option<&runs::Error> {
    let of_item = |item: &'_ Ended| matches!(item, Err(Error::Failed(_)));
    let error = match result {
        Ok(Answer::Batch(items)) => items.iter().rfind(|item| of_item(item))?.as_ref().err(),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    match error {
        Some(Error::Failed(error)) => Some(error),
        _ => None,
    }
}

/// An item of a batch, as a start of its own would have been answered.
fn item(ended: Ended) -> Value {
    match ended {
        Ok((run, replayed)) => {
            json!({"status": StatusCode::ACCEPTED.as_u16(), "replayed": replayed, "run": run})
        }
        Err(error) => {
            let shape = detail::shape(&error, &WORDING);
            let mut item = json!({"status": error.status().as_u16(), "error": shape});
            if let (Some(members), Some(again_in)) = (item.as_object_mut(), error.again_in()) {
                members.insert("retry_after_s".to_owned(), wait_s(again_in).into());
            }
            item
        }
    }
}

fn set<B, const N: usize>(response: &mut Response<B>, headers: [(HeaderName, &'static str); N]) {
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
