//! Streams in the OpenAPI document.

use serde_json::{Value, json};

use super::{body::HEADERS, request::MEDIA_TYPE};
use crate::http::openapi::set;

/// An answer that is a stream, with these headers besides its own.
pub(crate) fn stream(description: &str, headers: &Value) -> Value {
    let mut answer = json!({"description": description, "headers": headers, "content": {}});
    or_stream(&mut answer, true);
    answer
}

/// The same answer, which is a stream for who accepts one.
pub(crate) fn or_stream(answer: &mut Value, is_always: bool) {
    let [_, (_, cache), (_, buffering)] = HEADERS;
    let fixed =
        |value: &str| json!({"required": is_always, "schema": {"type": "string", "const": value}});
    let mut add = |place: &str, name: &str, value: Value| {
        if let Some(members) = answer.get_mut(place) {
            set(members, name, value);
        }
    };
    add("headers", "Cache-Control", fixed(cache));
    add("headers", "X-Accel-Buffering", fixed(buffering));
    add(
        "content",
        MEDIA_TYPE,
        // Of no type: some take it for that of the whole text, some for that of one event.
        json!({"schema": {
            "description": "Events `run.started`, `step.started`, `step.completed`, `step.failed`, `log`, `token`, and as the last one `run.completed`, `run.failed` or `run.cancelled`; or `reconnect`, where the run is told of on at `events_url` behind `last_event_id`. The data of each is a JSON object.",
        }}),
    );
}
