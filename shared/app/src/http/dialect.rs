//! Which dialect a request speaks, where one function serves several.

use lambda_http::Request;

use super::address;

/// A published contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `…/trigger/…`.
    Phinite,
    /// `/ext/…`.
    Pinkfish,
    /// `/api/v1/apps/…`.
    AiPlanet,
}

impl Dialect {
    /// By the gateway's resource, which does not hold what the deployment puts before it.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        match address::resource(request) {
            resource if resource.starts_with("/ext/") => Self::Pinkfish,
            resource if resource.starts_with("/api/v1/apps/") => Self::AiPlanet,
            _ => Self::Phinite,
        }
    }
}
