//! jq expressions.

use std::collections::BTreeMap;

use jaq_core::{
    Compiler, data,
    load::{Arena, File, Loader},
};
use serde_json::Value;

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Expression;

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

impl Expression {
    /// Compiles `source`, which may name `variables` (written without `$`).
    pub fn compile(source: &str, variables: &[&str]) -> Result<Self, CompileError> {
        let error = |message: String| CompileError { message, offset: None };
        let arena = Arena::default();
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let modules = Loader::new(definitions)
            .load(&arena, File { code: source, path: () })
            .map_err(|_| error("not jq".to_owned()))?;
        let functions = jaq_core::funs::<data::JustLut<jaq_json::Val>>()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs());
        let variables: Vec<_> = variables.iter().map(|name| format!("${name}")).collect();
        Compiler::default()
            .with_funs(functions)
            .with_global_vars(variables.iter().map(String::as_str))
            .compile(modules)
            .map(|_| Self)
            .map_err(|_| error("unknown name".to_owned()))
    }

    /// The source of an expression in its marks, `${ … }`.
    #[must_use]
    pub fn unwrap(text: &str) -> Option<&str> {
        text.trim().strip_prefix("${")?.strip_suffix('}')
    }
}

/// Why an expression gave no value.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// jq's own error.
    #[error("{0}")]
    Failed(String),
}
