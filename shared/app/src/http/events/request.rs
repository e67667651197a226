//! What a request says about events.

use lambda_http::{Request, RequestExt};
use serde_json::{Value, json};

/// The media type of server-sent events (WHATWG HTML, "Server-sent events").
pub(crate) const MEDIA_TYPE: &str = "text/event-stream";

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
