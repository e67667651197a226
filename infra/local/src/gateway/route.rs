//! Which resource of the gateway a path belongs to.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use shared::http::routes::{ROUTES, Route};

/// A resource with what the path gives for its parameters.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) route: &'static Route,
    /// By name, percent-decoded.
    pub(super) parameters: HashMap<String, String>,
}

/// The resource of `path`. Where several fit, the one whose segments are literal first.
pub(super) fn find(path: &str) -> Option<Matched> {
    let fitting = ROUTES.iter().filter(|route| fits(route.resource, path));
    let route = fitting.min_by_key(|route| parameter_places(route.resource))?;
    let parameters =
        route.resource.split('/').zip(path.split('/')).filter_map(|(part, segment)| {
            let value = percent_decode_str(segment).decode_utf8_lossy().into_owned();
            Some((parameter(part)?.to_owned(), value))
        });
    Some(Matched { route, parameters: parameters.collect() })
}

fn fits(resource: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    resource.split('/').all(|part| {
        segments.next().is_some_and(|segment| match parameter(part) {
            Some(_) => !segment.is_empty(),
            None => segment == part,
        })
    }) && segments.next().is_none()
}

/// Smaller the later a parameter comes: an order by it prefers literal segments from the left.
fn parameter_places(resource: &str) -> Vec<bool> {
    resource.split('/').map(|part| parameter(part).is_some()).collect()
}

/// The name in `{name}`.
fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use shared::http::routes::Function;

    use super::*;

    fn found(path: &str) -> Option<(&'static str, Function)> {
        find(path).map(|matched| (matched.route.resource, matched.route.function))
    }

    #[test]
    fn every_resource_is_found_by_a_path_of_its_own() {
        for route in &ROUTES {
            let path = route.resource.replace(['{', '}'], "");
            let matched = find(&path).unwrap();
            assert_eq!(matched.route, route);
            for (name, value) in &matched.parameters {
                assert_eq!(name, value);
            }
            assert_eq!(matched.parameters.len(), route.resource.matches('{').count());
        }
    }

    #[test]
    fn a_literal_segment_wins_over_a_parameter() {
        let status = "/trigger/status/{workspace_id}/{workflow_id}";
        assert_eq!(found("/trigger/status/a/b"), Some((status, Function::Status)));
        let start = "/trigger/start/{workspace_id}/{trigger_id}/{environment}";
        assert_eq!(found("/trigger/start/a/b/DEV"), Some((start, Function::AsyncStart)));
        let run = "/trigger/{workspace_id}/{trigger_id}/{environment}";
        assert_eq!(found("/trigger/start/a/b"), Some((run, Function::SyncTrigger)));
    }

    #[test]
    fn parameters_are_percent_decoded() {
        let matched = find("/trigger/a%20b/c%2Fd/%C3%BC%ff+").unwrap();
        assert_eq!(matched.parameters["workspace_id"], "a b");
        assert_eq!(matched.parameters["trigger_id"], "c/d");
        assert_eq!(matched.parameters["environment"], "ü\u{fffd}+");
    }

    #[test]
    fn what_is_no_resource_is_not_found() {
        for path in [
            "",
            "/",
            "*",
            "/trigger",
            "/trigger/a/b",
            "/trigger//b/DEV",
            "/trigger/a/b/DEV/",
            "/trigger/a/b/c/DEV",
            "/Trigger/a/b/DEV",
            "//trigger/a/b/DEV",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
