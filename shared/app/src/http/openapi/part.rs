//! What a dialect adds to the document.

use serde_json::Value;

/// One dialect's part. Paths and components are merged with those of the others, so the names of its
/// components begin with the dialect's own.
pub(in crate::http) struct Part {
    /// A Tag Object.
    pub(in crate::http) tag: Value,
    /// A Paths Object.
    pub(in crate::http) paths: Value,
    /// A Components Object.
    pub(in crate::http) components: Value,
}
