//! What a request says about events.

use lambda_http::{
    Request, RequestExt,
    http::{HeaderMap, header},
};
use serde_json::{Value, json};

/// The media type of server-sent events (WHATWG HTML, "Server-sent events").
pub(super) const MEDIA_TYPE: &str = "text/event-stream";

/// Whether a waiting call is to be answered with what happens meanwhile.
pub(crate) fn wants_events(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(MEDIA_TYPE)
    })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_events_says_so() {
        for (accept, expected) in [
            ("text/event-stream", true),
            ("application/json, Text/Event-Stream;q=0.9", true),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(wants_events(&headers), expected, "{accept}");
        }
    }
}
