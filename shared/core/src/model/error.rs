//! How a flow fails, as the flow language describes errors (RFC 9457 members).

use serde::{Deserialize, Serialize};

/// What a faulted task raised: catchable in a flow, and a failed run's `error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{title}{}", detail.as_ref().map(|text| format!(": {text}")).unwrap_or_default())]
pub struct RunError {
    /// A URI that names the kind of error.
    #[serde(rename = "type")]
    pub kind: String,
    /// An HTTP status code that fits the kind.
    pub status: u16,
    /// The kind in a few words.
    pub title: String,
    /// What happened this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The task that faulted, as a JSON pointer into the flow: `/do/0/getPet`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}
