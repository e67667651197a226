//! Addresses of runs, in the form in which their caller reached the API.

use lambda_http::{Request, RequestExt, request::RequestContext};

use crate::{
    http::dialect::{self, parameter},
    model::RunId,
};

/// What stands before `/status` and `/results` of a run. The key is in it only where the caller put it
/// into the path.
pub(super) fn of_run(request: &Request, automation: &str, run: RunId) -> String {
    let by = if holds_key(request) {
        format!("webhook/{}/", parameter(request, "apiKey"))
    } else {
        String::new()
    };
    format!("{}/ext/{by}runs/{automation}/{run}", base_url(request))
}

/// Whether the request has its key in the path.
pub(super) fn holds_key(request: &Request) -> bool {
    dialect::resource(request).is_some_and(|it| it.starts_with("/ext/webhook/"))
}

/// Where the caller reached the API: with the stage where the address is API Gateway's own, with
/// the domain's base path where there is one.
fn base_url(request: &Request) -> String {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text("host").unwrap_or_default();
    let scheme = text("x-forwarded-proto").unwrap_or("https");
    let stage = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) if host.contains(".execute-api.") => {
            context.stage.as_deref().map(|stage| format!("/{stage}"))
        }
        _ => None,
    };
    let path = request.raw_http_path();
    let before = path.rsplit_once("/ext/").map_or("", |(before, _)| before);
    format!("{scheme}://{host}{}{before}", stage.unwrap_or_default())
}
