//! What a request says about events.

use lambda_http::{Request, RequestExt};
use serde_json::{Value, json};

/// The media type of server-sent events (WHATWG HTML, "Server-sent events").
pub(super) const MEDIA_TYPE: &str = "text/event-stream";

/// The id of the last event that the caller has seen, and where it stands. A browser's `EventSource` sends the header
/// when it connects again, but cannot send one at first.
pub(crate) fn last_event_id(request: &Request) -> (Value, Option<String>) {
    let header = request
        .headers()
        .get("last-event-id")
        .map(|value| value.to_str().unwrap_or_default().trim());
    let parameters = request.query_string_parameters();
    let (place, text) = match header {
        Some(text) => (json!(["header", "Last-Event-ID"]), Some(text)),
        None => (json!(["query", "last_event_id"]), parameters.first("last_event_id")),
    };
    (place, text.map(str::to_owned))
}
