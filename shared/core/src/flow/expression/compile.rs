//! From source to a compiled program.

use super::evaluate::on_large_stack;
use super::functions::{self, Engine};
use super::limits::Limits;
use super::plain::Plain;
use super::{diagnose, prelude, source};
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Filter};
use std::fmt;
use std::sync::Arc;

/// A compiled jq program. Cheap to clone and to share between threads.
#[derive(Clone)]
pub struct Expression(Arc<Compiled>);

struct Compiled {
    source: String,
    filter: Filter<Engine>,
    variables: Vec<String>,
    plain: Option<Plain>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Expression").field(&self.0.source).finish()
    }
}

/// What is wrong with a program's source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// What is wrong, with a suggestion where there is one.
    pub message: String,
    /// Where, in bytes from the start of the source, if that is known.
    pub offset: Option<usize>,
}

/// The program inside a strict runtime expression: a text that starts with `${` and ends with `}`, but for
/// white space. The language knows no expressions in the middle of a text, so one that
/// holds several of them comes back as one, which does not compile.
#[must_use]
pub fn unwrap(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("${")?.strip_suffix('}')?.trim())
}

impl Expression {
    /// Compiles a program which may use the named variables (without `$`). This takes about 0.1 ms, and a
    /// thread of its own while it lasts unless the program is short, so compile once and keep the result.
    ///
    /// # Errors
    /// [`CompileError`] names the first thing that is wrong: syntax, an unknown or refused function or variable,
    /// or a source that is too long or too deeply nested.
    pub fn compile(source: &str, variables: &[&str]) -> Result<Self, CompileError> {
        source::check(source)?;
        let compiled = || {
            source::check_tokens(source)?;
            compile(source, variables)
        };
        if source.len() <= Limits::MAX_SOURCE_BYTES_IN_PLACE {
            return compiled();
        }
        on_large_stack(compiled).unwrap_or_else(|| Err(diagnose::unknown()))
    }

    /// The source that was compiled.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    pub(super) fn filter(&self) -> &Filter<Engine> {
        &self.0.filter
    }

    pub(super) fn plain(&self) -> Option<&Plain> {
        self.0.plain.as_ref()
    }

    /// The variables that the program names, in the order in which it was compiled to expect them.
    pub(in crate::flow) fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.variables.iter().map(String::as_str)
    }
}

fn compile(source: &str, variables: &[&str]) -> Result<Expression, CompileError> {
    // Only what the source names is converted at each evaluation; a flow's context may be large.
    let is_named =
        |name: &str| prelude::words(source).any(|(_, word)| word.strip_prefix('$') == Some(name));
    let used: Vec<String> =
        variables.iter().filter(|name| is_named(name)).map(|name| (*name).to_owned()).collect();
    let global: Vec<String> = used.iter().map(|name| format!("${name}")).collect();

    let arena = Arena::default();
    let modules = Loader::new(prelude::needed(source))
        .load(&arena, File { code: source, path: () })
        .map_err(|errors| diagnose::syntax(source, errors))?;
    let filter = Compiler::default()
        .with_funs(functions::all())
        .with_global_vars(global.iter().map(String::as_str))
        .compile(modules)
        .map_err(|errors| diagnose::names(source, errors, variables))?;
    let plain = Plain::parse(source);
    Ok(Expression(Arc::new(Compiled { source: source.to_owned(), filter, variables: used, plain })))
}
