//! What is answered to whom.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Place, Pointer};

/// An answer, and to which requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// All of these must hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Then this is answered.
    pub answer: Template,
}

/// What a request must say, in one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Where.
    pub at: Place,
    /// Exactly this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// Anything, or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
}

/// An answer with blanks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The HTTP status.
    pub status: u16,
    /// The members of a JSON body; no body when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<IndexMap<String, Fill>>,
}

/// What a member of an answer is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// This.
    Value(Value),
    /// The text that the body has there.
    Copy(Pointer),
    /// The text that the body has there, signed as deliveries are.
    Sign(Pointer),
}
