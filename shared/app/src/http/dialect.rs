//! Which dialect a request speaks, where one function serves several.

use lambda_http::{Request, RequestExt, request::RequestContext};

/// A published contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `…/trigger/…`.
    Phinite,
    /// `/ext/…`.
    Pinkfish,
}

impl Dialect {
    /// By the gateway's resource, which does not hold what the deployment puts before it.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        if resource(request).is_some_and(|it| it.starts_with("/ext/")) {
            Self::Pinkfish
        } else {
            Self::Phinite
        }
    }
}

/// The gateway's resource.
pub(super) fn resource(request: &Request) -> Option<&str> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.resource_path.as_deref(),
        _ => None,
    }
}

/// A path parameter as the gateway matched it; empty, and so matching nothing, where it gave none.
pub(super) fn parameter(request: &Request, name: &str) -> String {
    request.path_parameters().first(name).unwrap_or_default().to_owned()
}
