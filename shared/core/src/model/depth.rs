//! How deep JSON nests, which every limit on depth is about.

use serde_json::Value;

/// How deep arrays and objects nest: nothing else has depth. It recurses, so `value` must have come
/// through a bound already: the parser's 128 levels, or a flow's own.
#[must_use]
pub fn depth(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + deepest.unwrap_or_default()
}
