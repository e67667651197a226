//! Values that are known once the flow runs, and what they must look like.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use crate::flow::Expression;

/// A value with expressions (`${ … }` as a whole string) in any place.
#[derive(Debug)]
pub enum Template {
    /// Taken as it stands.
    Literal(Value),
    /// Evaluated.
    Expression(Expression),
    /// Members evaluated one by one, in order.
    Object(Vec<(String, Self)>),
    /// Items evaluated one by one.
    Array(Vec<Self>),
}

/// A JSON Schema (draft 2020-12), compiled; it reaches no other document.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Compiled.
    pub validator: Arc<jsonschema::Validator>,
    /// As it was written.
    pub document: Arc<Value>,
}

/// How long: fixed, or evaluated to ISO 8601 text or a duration object.
#[derive(Debug)]
pub enum WaitFor {
    /// Known when the flow was read.
    Fixed(Duration),
    /// Known when the task runs.
    Evaluated(Template),
}
