//! The body of a request.

use serde_json::{Map, Value, json};

/// What is sent for `members`, which the flow decides on.
#[must_use]
pub fn body(model: &str, mut members: Map<String, Value>, stream: bool) -> Value {
    members.insert("model".to_owned(), model.into());
    if stream {
        members.insert("stream".to_owned(), true.into());
        // Without it a stream does not say what it took.
        members.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    Value::Object(members)
}
