//! Where the caller reached the API, and how the gateway understood that.

use lambda_http::{Request, RequestExt, request::RequestContext};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::auth::InputToken;

/// What stands in a query as it is (RFC 3986, section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The gateway's resource, with `{name}` for a parameter; empty where the request came by no gateway.
pub(super) fn resource(request: &Request) -> &str {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => {
            context.resource_path.as_deref().unwrap_or_default()
        }
        _ => "",
    }
}

/// A path parameter as the gateway matched it; empty, and so matching nothing, where it gave none.
pub(super) fn parameter(request: &Request, name: &str) -> String {
    request.path_parameters().first(name).unwrap_or_default().to_owned()
}

/// The URL as it was called; none where its query has several parameters, because the gateway keeps
/// neither their order nor how they were written.
pub(super) fn called(request: &Request) -> Option<String> {
    let parameters = request.query_string_parameters();
    let mut parameters = parameters.iter();
    let mut url = format!("{}{}", origin(request), request.raw_http_path());
    if let Some((name, value)) = parameters.next() {
        let encoded = |text| utf8_percent_encode(text, UNRESERVED);
        url.extend(["?", &encoded(name).to_string(), "=", &encoded(value).to_string()]);
    }
    parameters.next().is_none().then_some(url)
}

/// Where a run is asked for, by the key that the caller has: in the path, or in a header.
pub(super) fn of_run(request: &Request, automation: &str, run: &str) -> String {
    let base = format!("{}{}/ext", origin(request), before_resource(request));
    if resource(request).contains("{apiKey}") {
        let key = parameter(request, "apiKey");
        return format!("{base}/webhook/{key}/runs/{automation}/{run}");
    }
    format!("{base}/runs/{automation}/{run}")
}

/// What stands before the id of a file in its URL.
pub(super) fn of_files(request: &Request) -> String {
    format!("{}{}/ext/files", origin(request), before_resource(request))
}

/// The link by which a person answers a run.
pub(super) fn of_input(request: &Request, token: &InputToken) -> String {
    format!("{}{}/ext/input/{}", origin(request), before_resource(request), token.expose())
}

/// Scheme and host, with the stage where the address is API Gateway's own.
fn origin(request: &Request) -> String {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text("host").unwrap_or_default();
    let scheme = text("x-forwarded-proto").unwrap_or("https");
    let stage = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) if host.contains(".execute-api.") => {
            context.stage.as_deref().map(|stage| format!("/{stage}"))
        }
        _ => None,
    };
    format!("{scheme}://{host}{}", stage.unwrap_or_default())
}

/// The domain's base path, where there is one.
fn before_resource(request: &Request) -> &str {
    let mut before = request.raw_http_path();
    for _ in resource(request).matches('/') {
        before = before.rsplit_once('/').map_or("", |(before, _)| before);
    }
    before
}
