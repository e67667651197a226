//! jq expressions.

use std::collections::BTreeMap;

use serde_json::Value;

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Expression;

impl Expression {
    /// The variables it names.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }
    /// Its value on `input`.
    pub fn evaluate(&self, _: &Value, _: &Variables) -> Result<Value, EvaluationError> {
        Ok(Value::Null)
    }
}

/// Values of the variables an expression may name.
pub type Variables = BTreeMap<String, Value>;

/// Why an expression does not compile.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the start of the source.
    pub offset: Option<usize>,
}

/// Why an expression gave no value.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// jq's own error.
    #[error("{0}")]
    Failed(String),
}
