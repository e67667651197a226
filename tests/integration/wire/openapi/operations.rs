//! The document's operations, one by one.

use std::collections::HashMap;

use serde_json::Value;
use shared::http::openapi::document;

/// All: path, method, Operation Object.
pub(super) fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(|(method, operation)| {
                (path.clone(), method.to_ascii_uppercase(), operation.clone())
            })
        })
        .collect()
}

/// A path with a value for every parameter.
pub(super) fn path_of(resource: &str, values: &HashMap<&str, &str>) -> String {
    let segments = resource.split('/').map(|part| {
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        name.map_or(part, |name| values.get(name).copied().unwrap_or("x"))
    });
    segments.collect::<Vec<_>>().join("/")
}
