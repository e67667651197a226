//! The library written in jq: parsed once for the process, and by need.

use jaq_core::load;
use jaq_core::load::parse::Def;
use std::collections::HashSet;
use std::sync::{LazyLock, OnceLock};

const SOURCE: &str = include_str!("prelude.jq");

/// Definitions that are loaded together, and the words that they may call. Most programs need none of them, so
/// they are parsed when the first one does.
struct Paragraph {
    source: &'static str,
    /// What it defines.
    names: Vec<&'static str>,
    words: HashSet<&'static str>,
    definitions: OnceLock<Vec<Def<&'static str>>>,
}

static PARAGRAPHS: LazyLock<Vec<Paragraph>> =
    LazyLock::new(|| SOURCE.split("\n\n").map(Paragraph::new).collect());

impl Paragraph {
    fn new(source: &'static str) -> Self {
        let defined = |line: &'static str| {
            let rest = line.strip_prefix("def ")?;
            rest.split(['(', ':']).next()
        };
        Self {
            source,
            names: source.lines().filter_map(defined).collect(),
            words: words(source).map(|(_, word)| word).collect(),
            definitions: OnceLock::new(),
        }
    }

    fn definitions(&self) -> &[Def<&'static str>] {
        self.definitions
            .get_or_init(|| load::parse(self.source, |parser| parser.defs()).unwrap_or_default())
    }
}

/// Everything in a source that may be the name of a function or variable, with its offset, wherever it stands.
pub(super) fn words(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word =
        |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '@' || char == '$';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + source.get(rest..)?.find(is_word)?;
        let tail = source.get(start..)?;
        let end = start + tail.find(|char| !is_word(char)).unwrap_or(tail.len());
        rest = end;
        Some((start, source.get(start..end)?))
    })
}

/// The definitions that a program may need, in an order in which each needs only earlier ones.
pub(super) fn needed(source: &str) -> Vec<Def<&'static str>> {
    let mut words: HashSet<&str> = words(source).map(|(_, word)| word).collect();
    let mut needed: Vec<&Paragraph> = Vec::new();
    for paragraph in PARAGRAPHS.iter().rev() {
        if paragraph.names.iter().any(|name| words.contains(name)) {
            words.extend(&paragraph.words);
            needed.push(paragraph);
        }
    }
    needed.iter().rev().flat_map(|paragraph| paragraph.definitions().iter().cloned()).collect()
}

/// Name and number of arguments of every function.
pub(super) fn names() -> impl Iterator<Item = (&'static str, usize)> {
    PARAGRAPHS
        .iter()
        .flat_map(Paragraph::definitions)
        .map(|definition| (definition.name, definition.args.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paragraph_but_the_heading_is_loaded() {
        let definitions = SOURCE.lines().filter(|line| line.starts_with("def ")).count();
        assert_eq!(names().count(), definitions);
    }

    #[test]
    fn a_paragraph_is_found_by_what_it_defines() {
        for paragraph in PARAGRAPHS.iter() {
            let defined: Vec<_> = paragraph.definitions().iter().map(|def| def.name).collect();
            assert_eq!(paragraph.names, defined);
        }
    }
}
