//! Streams in the OpenAPI document.

use serde_json::{Value, json};

use super::{body::HEADERS, request::MEDIA_TYPE};
use crate::http::openapi::set;

/// An answer that is a stream, with these headers besides its own.
pub(crate) fn stream(description: &str, mut headers: Value) -> Value {
    let [_, (_, cache), (_, buffering)] = HEADERS;
    let fixed =
        |value: &str| json!({"required": true, "schema": {"type": "string", "const": value}});
    set(&mut headers, "Cache-Control", fixed(cache));
    set(&mut headers, "X-Accel-Buffering", fixed(buffering));
    json!({
        "description": description,
        "headers": headers,
        "content": {MEDIA_TYPE: {"schema": {
            "type": "string",
            "description": "Events `run.started`, `step.started`, `step.completed`, `step.failed`, `log`, `token`, and as the last one `run.completed`, `run.failed` or `run.cancelled`; or `reconnect`, where the run is told of on at `events_url` behind `last_event_id`. The data of each is a JSON object.",
        }}},
    })
}
