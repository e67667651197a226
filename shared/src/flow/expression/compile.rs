//! From source to a compiled program, and what is wrong with a source.

use super::evaluate::on_large_stack;
use super::functions::{self, Engine};
use super::limits::Limits;
use super::{prelude, suggest};
use jaq_core::compile::Undefined;
use jaq_core::load::{self, Arena, File, Loader};
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

/// The program inside a strict runtime expression: the text is, but for white space around it, one `${ … }`.
#[must_use]
pub fn unwrap(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("${")?.strip_suffix('}')?.trim())
}

impl Expression {
    /// Compiles a program which may use the named variables (without `$`).
    ///
    /// # Errors
    /// [`CompileError`] names the first thing that is wrong: syntax, an unknown or refused function or variable,
    /// or a source that is too long or too deeply nested.
    pub fn compile(source: &str, variables: &[&str]) -> Result<Self, CompileError> {
        check_size(source)?;
        check_internal(source)?;
        let compiled = on_large_stack(|| compile(source, variables));
        compiled.unwrap_or_else(|| {
            Err(CompileError {
                message: "the expression could not be compiled".to_owned(),
                offset: None,
            })
        })
    }

    /// The source that was compiled.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    pub(super) fn filter(&self) -> &Filter<Engine> {
        &self.0.filter
    }

    /// The variables that the program names, in the order in which it was compiled to expect them.
    pub(in crate::flow) fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.variables.iter().map(String::as_str)
    }
}

fn check_size(source: &str) -> Result<(), CompileError> {
    if source.len() > Limits::MAX_SOURCE_BYTES {
        let message = format!("the expression is longer than {} bytes", Limits::MAX_SOURCE_BYTES);
        return Err(CompileError { message, offset: Some(Limits::MAX_SOURCE_BYTES) });
    }
    let mut depth = 0_usize;
    for (offset, byte) in source.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > Limits::MAX_SOURCE_NESTING {
            let message =
                format!("the expression nests more than {} brackets", Limits::MAX_SOURCE_NESTING);
            return Err(CompileError { message, offset: Some(offset) });
        }
    }
    Ok(())
}

/// The prelude's building blocks are not jq, and some are safe only as the prelude uses them.
fn check_internal(source: &str) -> Result<(), CompileError> {
    match prelude::words(source).find(|(_, word)| functions::INTERNAL.contains(word)) {
        Some((offset, word)) => Err(CompileError {
            message: format!("the name `{word}` is reserved"),
            offset: Some(offset),
        }),
        None => Ok(()),
    }
}

fn compile(source: &str, variables: &[&str]) -> Result<Expression, CompileError> {
    // Only what the source names is converted at each evaluation; a flow's context may be large.
    let named = |variable: &&&str| {
        prelude::words(source).any(|(_, word)| word.strip_prefix('$') == Some(**variable))
    };
    let used: Vec<String> = variables.iter().filter(named).map(|name| (*name).to_owned()).collect();
    let global: Vec<String> = used.iter().map(|name| format!("${name}")).collect();

    let arena = Arena::default();
    let program = File { code: source, path: () };
    let modules = Loader::new(prelude::needed(source)).load(&arena, program).map_err(|errors| {
        let errors = errors.into_iter().flat_map(|(_, error)| load_errors(error));
        first(source, errors)
    })?;
    let functions = functions::all();
    let compiler = Compiler::default()
        .with_funs(functions)
        .with_global_vars(global.iter().map(String::as_str));
    let filter = compiler.compile(modules).map_err(|errors| {
        let errors = errors.into_iter().flat_map(|(_, errors)| errors);
        first(
            source,
            errors.map(|(name, undefined)| (name, undefined_message(name, &undefined, variables))),
        )
    })?;
    Ok(Expression(Arc::new(Compiled { source: source.to_owned(), filter, variables: used })))
}

fn load_errors(error: load::Error<&str>) -> Vec<(&str, String)> {
    match error {
        load::Error::Io(errors) => errors
            .into_iter()
            .map(|(path, _)| (path, refused("import").unwrap_or_default()))
            .collect(),
        load::Error::Lex(errors) => {
            let message = |expected: &load::lex::Expect<&str>, found: &str| {
                format!("expected {} before {}", expected.as_str(), quoted(found))
            };
            errors.into_iter().map(|(expected, found)| (found, message(&expected, found))).collect()
        }
        load::Error::Parse(errors) => {
            let message = |expected: &load::parse::Expect<&str>, found: &str| {
                format!("expected {}, found {}", expected.as_str(), quoted(found))
            };
            errors.into_iter().map(|(expected, found)| (found, message(&expected, found))).collect()
        }
    }
}

/// The beginning of what was found, because a token may be a whole bracket.
fn quoted(found: &str) -> String {
    match found.split_whitespace().next() {
        Some(word) => format!("`{}`", word.chars().take(20).collect::<String>()),
        None => "the end".to_owned(),
    }
}

/// The error that comes first in the source.
fn first<'a>(source: &str, errors: impl Iterator<Item = (&'a str, String)>) -> CompileError {
    let errors = errors.map(|(at, message)| CompileError { message, offset: offset(source, at) });
    errors.min_by_key(|error| error.offset.unwrap_or(usize::MAX)).unwrap_or_else(|| CompileError {
        message: "the expression could not be compiled".to_owned(),
        offset: None,
    })
}

/// Where a part of the source stands in it.
fn offset(source: &str, part: &str) -> Option<usize> {
    part.as_ptr()
        .addr()
        .checked_sub(source.as_ptr().addr())
        .filter(|offset| *offset <= source.len())
}

fn refused(name: &str) -> Option<String> {
    functions::refusal(name)
        .map(|reason| format!("`{name}` is not available in expressions: {reason}"))
}

fn undefined_message(name: &str, undefined: &Undefined, variables: &[&str]) -> String {
    if let Some(message) = refused(name) {
        return message;
    }
    match undefined {
        Undefined::Var => {
            let bare = name.strip_prefix('$').unwrap_or(name);
            let guess = suggest::closest(bare, variables.iter().copied())
                .map(|guess| format!("; did you mean `${guess}`?"));
            format!("unknown variable `{name}`{}", guess.unwrap_or_default())
        }
        Undefined::Filter(arity) => undefined_function(name, *arity),
        other => format!("unknown {} `{name}`", other.as_str()),
    }
}

fn undefined_function(name: &str, arity: usize) -> String {
    let known: Vec<(&str, usize)> = prelude::names()
        .chain(functions::all().map(|(name, arguments, _)| (name, arguments.len())))
        .filter(|(name, _)| !functions::INTERNAL.contains(name))
        .collect();
    let mut arities: Vec<String> = known
        .iter()
        .filter(|(other, _)| *other == name)
        .map(|(_, arity)| arity.to_string())
        .collect();
    arities.sort_unstable();
    arities.dedup();
    if !arities.is_empty() {
        return format!("`{name}` takes {} arguments, not {arity}", arities.join(" or "));
    }
    let guess = suggest::closest(name, known.iter().map(|(name, _)| *name))
        .map(|guess| format!("; did you mean `{guess}`?"));
    format!("unknown function `{name}`{}", guess.unwrap_or_default())
}
