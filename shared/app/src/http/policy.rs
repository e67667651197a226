//! The fields that tell callers how they stand with their limits: `RateLimit-Policy` and `RateLimit`, as
//! draft-ietf-httpapi-ratelimit-headers-10 has them.

use std::fmt::Write as _;

use lambda_http::{Response, http::HeaderValue, http::StatusCode};

use super::respond::whole_seconds;
use crate::runs::{Policy, Runs};

/// The answer with the limits that its starts were held against, where it is one that counts: a start, or the refusal
/// of one for having been asked too often.
pub fn with_limits<B>(runs: &Runs, mut response: Response<B>) -> Response<B> {
    let status = response.status();
    if !(status.is_success() || status == StatusCode::TOO_MANY_REQUESTS) {
        return response;
    }
    let (policies, standing) = fields(&runs.policies());
    for (name, value) in [("ratelimit-policy", policies), ("ratelimit", standing)] {
        if let (false, Ok(value)) = (value.is_empty(), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Both as lists of structured fields (RFC 9651).
fn fields(policies: &[Policy]) -> (String, String) {
    let (mut all, mut standing) = (String::new(), String::new());
    for (place, policy) in policies.iter().enumerate() {
        let separator = if place == 0 { "" } else { ", " };
        let Policy { limit, quota, window, remaining, next_in } = policy;
        let (name, window_s) = (limit.name(), whole_seconds(*window));
        // Writing to a string cannot fail.
        let _ = write!(all, "{separator}\"{name}\";q={quota};w={window_s}");
        let next_in_s = whole_seconds(*next_in);
        let _ = write!(standing, "{separator}\"{name}\";r={remaining};t={next_in_s}");
    }
    (all, standing)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::runs::Limit;

    #[test]
    fn limits_are_told_as_lists_in_whole_seconds() {
        let policy = |limit, quota, remaining| Policy {
            limit,
            quota,
            window: Duration::from_millis(1500),
            remaining,
            next_in: Duration::from_millis(200),
        };
        let policies = [policy(Limit::KeyRate, 15, 13), policy(Limit::WorkspaceRate, 100, 0)];
        let (all, standing) = fields(&policies);
        assert_eq!(all, r#""key";q=15;w=2, "workspace";q=100;w=2"#);
        assert_eq!(standing, r#""key";r=13;t=1, "workspace";r=0;t=1"#);
        assert_eq!(fields(&[]), (String::new(), String::new()));
    }
}
