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

/// The ids of the last event that the caller has seen, with where each stands; the first one counts. A browser's
/// `EventSource` sends the header when it connects again, but cannot send one at first.
pub(crate) fn last_event_ids(request: &Request) -> Vec<(Value, String)> {
    let header = request.headers().get("last-event-id");
    let header = header.map(|value| value.to_str().unwrap_or_default().trim().to_owned());
    let parameters = request.query_string_parameters();
    let query = parameters.first("last_event_id").map(str::to_owned);
    let places = [json!(["header", "Last-Event-ID"]), json!(["query", "last_event_id"])];
    let given = places.into_iter().zip([header, query]);
    given.filter_map(|(place, text)| Some((place, text?))).collect()
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
