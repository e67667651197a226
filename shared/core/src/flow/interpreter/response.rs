//! What a flow gets to see of an answer.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    flow::{ErrorKind, HttpOutput, HttpRequest, raise},
    model::{HttpAnswer, RunError},
};

/// Headers that carry credentials. An output is logged, stored and handed on; these never are.
const SECRET_HEADERS: [&str; 5] =
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"];

/// Faults where the answer's status is not one of success: 2xx, and 3xx where the call accepts
/// redirects as they are.
pub(super) fn accept(
    answer: &HttpAnswer,
    accepts_redirect: bool,
    instance: &str,
) -> Result<(), RunError> {
    match answer.status {
        200..=299 => Ok(()),
        300..=399 if accepts_redirect => Ok(()),
        // The body stays out: it may hold anything, and errors are shown to whoever asks.
        status => {
            let detail = format!("the call was answered with status {status}");
            Err(RunError { status, ..raise(ErrorKind::Communication, instance, detail) })
        }
    }
}

/// The request as a `response` output shows it; nothing for the other outputs.
pub(super) fn describe_request(output: HttpOutput, request: &HttpRequest) -> Value {
    if output != HttpOutput::Response {
        return Value::Null;
    }
    let headers = request
        .headers
        .iter()
        .filter(|(name, _)| !SECRET_HEADERS.iter().any(|secret| secret.eq_ignore_ascii_case(name)));
    json!({ "method": request.method, "uri": request.url, "headers": members(headers) })
}

/// The output of the task.
pub(super) fn output(
    output: HttpOutput,
    answer: HttpAnswer,
    request: Value,
    instance: &str,
) -> Result<Value, RunError> {
    match output {
        HttpOutput::Raw if answer.base64 => Ok(Value::String(answer.body)),
        HttpOutput::Raw => Ok(Value::String(STANDARD.encode(answer.body))),
        HttpOutput::Content => content(answer, instance),
        HttpOutput::Response => {
            let members = [
                ("request", request),
                ("statusCode", answer.status.into()),
                ("headers", members(&answer.headers).into()),
                ("content", content(answer, instance)?),
            ];
            Ok(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        }
    }
}

fn content(answer: HttpAnswer, instance: &str) -> Result<Value, RunError> {
    let content_type = answer.headers.iter().find(|(name, _)| name == "content-type");
    if answer.body.is_empty() && content_type.is_none() {
        return Ok(Value::Null);
    }
    if answer.base64 || !content_type.is_some_and(|(_, value)| is_json(value)) {
        // What is not text stays base64, as the language asks for.
        return Ok(Value::String(answer.body));
    }
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&answer.body).map_err(|error| {
        let detail = format!("the answer says that it is JSON and is not: {error}");
        RunError { status: 502, ..raise(ErrorKind::Communication, instance, detail) }
    })
}

/// Whether a media type is JSON (RFC 8259) or has its suffix (RFC 6839 §3.1).
fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let Some((_, subtype)) = media_type.split_once('/') else { return false };
    let subtype = subtype.to_ascii_lowercase();
    subtype == "json" || subtype.ends_with("+json")
}

fn members<'h>(headers: impl IntoIterator<Item = &'h (String, String)>) -> Map<String, Value> {
    headers.into_iter().map(|(name, value)| (name.clone(), value.clone().into())).collect()
}
