//! What a browser asks on a page's behalf before it asks what the page wants (Fetch, "CORS-preflight request").

use lambda_http::Request;

/// Whether a browser asks what it may ask. It sends no key with that.
#[must_use]
pub fn is_preflight(request: &Request) -> bool {
    request.method() == "OPTIONS"
}
