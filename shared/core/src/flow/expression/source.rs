//! What is refused of a source before `jaq` compiles it, because `jaq` recurses on it without asking the meter.

use super::compile::CompileError;
use super::functions;
use super::limits::Limits;
use super::prelude;
use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};

/// Checks that need no tokens: size, brackets, reserved names. The lexer recurses on brackets.
pub(super) fn check(source: &str) -> Result<(), CompileError> {
    let refuse =
        |message: String, offset: usize| Err(CompileError { message, offset: Some(offset) });
    if source.len() > Limits::MAX_SOURCE_BYTES {
        let message = format!("the expression is longer than {} bytes", Limits::MAX_SOURCE_BYTES);
        return refuse(message, Limits::MAX_SOURCE_BYTES);
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
            return refuse(message, offset);
        }
    }
    // The prelude's building blocks are not jq, and some are safe only as the prelude uses them.
    match prelude::words(source).find(|(_, word)| functions::INTERNAL.contains(word)) {
        Some((offset, word)) => refuse(format!("the name `{word}` is reserved"), offset),
        None => Ok(()),
    }
}

/// Checks of the tokens: no modules, no endless paths. What does not lex is reported by who compiles it.
pub(super) fn check_tokens(source: &str) -> Result<(), CompileError> {
    let tokens = Lexer::new(source).lex().unwrap_or_default();
    let refuse =
        |message: String, at: &str| Err(CompileError { message, offset: offset(source, at) });
    if let Some(Token(word @ ("module" | "import" | "include"), _)) = tokens.first() {
        // The loader would take an import of data for one that the caller resolves.
        return refuse(
            format!("`{word}` is not available in expressions: there are no modules"),
            word,
        );
    }
    match long_path(&tokens) {
        Some(at) => refuse(format!("a path has more than {} parts", Limits::MAX_PATH_PARTS), at),
        None => Ok(()),
    }
}

/// Where a path becomes too long: `jaq` builds a path part by part, recursively, for each value of its indices.
fn long_path<'a>(tokens: &[Token<&'a str>]) -> Option<&'a str> {
    let mut parts = 0;
    for Token(text, token) in tokens {
        match token {
            Tok::Sym if matches!(*text, "." | "?") => {}
            Tok::Sym if text.starts_with('.') => parts += 1,
            Tok::Block(_) if text.starts_with('[') => parts += 1,
            Tok::Str(_) => parts += 1,
            Tok::Fmt => {}
            _ => parts = 0,
        }
        if parts > Limits::MAX_PATH_PARTS {
            return Some(text);
        }
        let within = match token {
            Tok::Block(tokens) => long_path(tokens),
            Tok::Str(pieces) => pieces.iter().find_map(|piece| match piece {
                StrPart::Term(Token(_, Tok::Block(tokens))) => long_path(tokens),
                _ => None,
            }),
            _ => None,
        };
        if within.is_some() {
            return within;
        }
    }
    None
}

/// Where a part of the source stands in it; none if it is not a part of it.
pub(super) fn offset(source: &str, part: &str) -> Option<usize> {
    let offset = part.as_ptr().addr().checked_sub(source.as_ptr().addr());
    offset.filter(|offset| *offset <= source.len())
}
