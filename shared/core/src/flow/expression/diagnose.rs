//! What `jaq` finds wrong with a source, in words for its author.

use super::compile::CompileError;
use super::source::offset;
use super::{functions, prelude};
use crate::flow::nearest::closest;
use jaq_core::compile::{self, Undefined};
use jaq_core::load::{self, Error};

/// When there is no more to say, as when there is no memory for a thread.
pub(super) fn unknown() -> CompileError {
    CompileError { message: "the expression could not be compiled".to_owned(), offset: None }
}

/// The first syntax error.
pub(super) fn syntax(source: &str, errors: load::Errors<&str, ()>) -> CompileError {
    let errors = errors.into_iter().flat_map(|(_, error)| match error {
        Error::Io(errors) => errors,
        Error::Lex(errors) => {
            let message =
                |expected: &str, found| format!("expected {expected} before {}", quoted(found));
            errors
                .into_iter()
                .map(|(expected, found)| (found, message(expected.as_str(), found)))
                .collect()
        }
        Error::Parse(errors) => {
            let message =
                |expected: &str, found| format!("expected {expected}, found {}", quoted(found));
            errors
                .into_iter()
                .map(|(expected, found)| (found, message(expected.as_str(), found)))
                .collect()
        }
    });
    let first = errors.min_by_key(|(at, _)| offset(source, at).unwrap_or(usize::MAX));
    first.map_or_else(unknown, |(at, message)| CompileError { message, offset: offset(source, at) })
}

/// The first unknown name.
pub(super) fn names(
    source: &str,
    errors: compile::Errors<&str, ()>,
    variables: &[&str],
) -> CompileError {
    let errors = errors.into_iter().flat_map(|(_, errors)| errors);
    let first = errors.min_by_key(|(name, _)| offset(source, name).unwrap_or(usize::MAX));
    first.map_or_else(unknown, |(name, undefined)| CompileError {
        message: undefined_message(name, &undefined, variables),
        offset: offset(source, name),
    })
}

/// The beginning of what was found, because a token may be a whole bracket.
fn quoted(found: &str) -> String {
    match found.split_whitespace().next() {
        Some(word) => format!("`{}`", word.chars().take(20).collect::<String>()),
        None => "the end".to_owned(),
    }
}

fn undefined_message(name: &str, undefined: &Undefined, variables: &[&str]) -> String {
    if let Some(reason) = functions::refusal(name) {
        return format!("`{name}` is not available in expressions: {reason}");
    }
    match undefined {
        Undefined::Var => {
            let bare = name.strip_prefix('$').unwrap_or(name);
            let guess = closest(bare, variables.iter().copied());
            format!(
                "unknown variable `{name}`{}",
                guess.map(|guess| format!("; did you mean `${guess}`?")).unwrap_or_default()
            )
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
    let mut arities: Vec<usize> =
        known.iter().filter(|(other, _)| *other == name).map(|(_, arity)| *arity).collect();
    arities.sort_unstable();
    arities.dedup();
    if !arities.is_empty() {
        let arities: Vec<String> = arities.iter().map(usize::to_string).collect();
        return format!("`{name}` takes {} arguments, not {arity}", arities.join(" or "));
    }
    let guess = closest(name, known.iter().map(|(name, _)| *name));
    format!(
        "unknown function `{name}`{}",
        guess.map(|guess| format!("; did you mean `{guess}`?")).unwrap_or_default()
    )
}
