//! Regular expressions: what `test`, `match`, `capture`, `scan`, `split/2`, `sub` and `gsub` are made of.
//!
//! The syntax is that of the `regex` crate: no back-references and no look-around, and in return a search takes
//! time in proportion to the pattern times the text. Searching cannot be counted in steps from outside, so its
//! time is measured and charged as work; a single search is bounded beforehand. A program far below
//! the limit comes to the same result everywhere, one near it may not.

use super::engine::{Engine, Function};
use super::objects::object;
use crate::flow::expression::limits::Limit;
use crate::flow::expression::meter;
use crate::flow::expression::value::{Array, Error, Result, Value};
use jaq_core::native::{bome, run, v};
use jaq_core::{Cv, RunPtr};
use regex::{Captures, Regex, RegexBuilder};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Compiled sizes that are tried in turn. The largest holds `\w{50}`, in Unicode.
const COMPILED_BYTES: [usize; 3] = [8 << 10, 64 << 10, 512 << 10];
/// Bytes of the compiled pattern times bytes of the text in one search: at worst about a second.
const LONGEST_SEARCH: usize = 4 << 30;
/// The longest pattern. Parsing one costs before any limit on its compiled size counts.
const LONGEST_PATTERN_BYTES: usize = 4 << 10;
/// Compiled patterns that an evaluation keeps.
const KEPT: usize = 16;

/// A compiled pattern and a bound on its size.
#[derive(Clone)]
struct Compiled {
    regex: Regex,
    bytes: usize,
    global: bool,
    ignore_empty: bool,
}

/// The patterns that this evaluation has compiled.
#[derive(Default)]
pub(super) struct Regexes(RefCell<HashMap<(String, String), Compiled>>);

pub(super) fn functions() -> impl Iterator<Item = Function> {
    let find: RunPtr<Engine> =
        |context| bome(search(context, |compiled, text| Ok(find_matches(compiled, text))));
    let test: RunPtr<Engine> = |context| {
        bome(search(context, |compiled, text| {
            Ok(Value::Bool(timed(|| compiled.regex.is_match(text))))
        }))
    };
    let split: RunPtr<Engine> =
        |context| bome(search(context, |compiled, text| Ok(split_matches(compiled, text))));
    [
        run::<Engine>(("find_matches", v(2), find)),
        run::<Engine>(("split_matches", v(2), split)),
        run::<Engine>(("is_match", v(2), test)),
    ]
    .into_iter()
}

/// Runs `f` and charges the microseconds that it took.
#[expect(
    clippy::disallowed_methods,
    reason = "the time is charged as work, and no program sees it"
)]
fn timed<T>(f: impl FnOnce() -> T) -> T {
    let start = std::time::Instant::now();
    let found = f();
    meter::work(1 + usize::try_from(start.elapsed().as_micros()).unwrap_or(usize::MAX));
    found
}

fn search(mut context: Cv<'_, Engine>, f: fn(&Compiled, &str) -> Result) -> Result {
    let flags = context.0.pop_var();
    let pattern = context.0.pop_var();
    let (Value::Text(text), Value::Text(pattern)) = (&context.1, &pattern) else {
        let other = if matches!(context.1, Value::Text(_)) { &pattern } else { &context.1 };
        return Err(Error::str(format_args!(
            "{} cannot be matched, as it is not a string",
            other.kind()
        )));
    };
    let flags = match &flags {
        Value::Null => "",
        Value::Text(flags) => flags.as_str(),
        other => {
            return Err(Error::str(format_args!(
                "{} is not a string of regex flags",
                other.kind()
            )));
        }
    };
    let compiled = context.0.data().regexes().get(pattern, flags)?;
    if compiled.bytes.saturating_mul(text.len()) > LONGEST_SEARCH {
        meter::stop(Limit::Work);
    }
    f(&compiled, text)
}

impl Regexes {
    fn get(&self, pattern: &str, flags: &str) -> Result<Compiled> {
        let key = (pattern.to_owned(), flags.to_owned());
        if let Some(known) = self.0.borrow().get(&key) {
            return Ok(known.clone());
        }
        let compiled = timed(|| compile(pattern, flags))?;
        let mut kept = self.0.borrow_mut();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, compiled.clone());
        Ok(compiled)
    }
}

fn compile(pattern: &str, flags: &str) -> Result<Compiled> {
    let fail = |reason: &str| Error::str(format_args!("Regex failure: {reason}"));
    if pattern.len() > LONGEST_PATTERN_BYTES {
        return Err(fail("the pattern is too long"));
    }
    let mut builder = RegexBuilder::new(pattern);
    let (mut global, mut ignore_empty) = (false, false);
    for flag in flags.chars() {
        match flag {
            'g' => global = true,
            'n' => ignore_empty = true,
            'i' => drop(builder.case_insensitive(true)),
            'x' => drop(builder.ignore_whitespace(true)),
            's' => drop(builder.dot_matches_new_line(true)),
            'p' => {
                builder.dot_matches_new_line(true);
                ignore_empty = true;
            }
            'l' => {}
            other => return Err(fail(&format!("{other} is not a valid flag"))),
        }
    }
    builder.nest_limit(64).dfa_size_limit(1 << 20);
    for bytes in COMPILED_BYTES {
        match builder.size_limit(bytes).build() {
            Ok(regex) => {
                return Ok(Compiled { regex, bytes, global, ignore_empty });
            }
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(error) => return Err(fail(&error.to_string())),
        }
    }
    Err(fail("the pattern is too complex"))
}

/// Counts characters up to byte offsets that come in ascending order.
struct Characters<'a> {
    text: &'a str,
    byte: usize,
    count: usize,
}

impl Characters<'_> {
    fn until(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            (self.byte, self.count) = (0, 0);
        }
        let between = self.text.get(self.byte..byte).unwrap_or_default();
        meter::work(between.len() / 64);
        self.count += between.chars().count();
        self.byte = byte;
        self.count
    }
}

/// Calls `each` with the first match or, with the flag `g`, with every one.
fn matches<'a>(compiled: &Compiled, text: &'a str, mut each: impl FnMut(&Captures<'a>)) {
    let mut matches = compiled.regex.captures_iter(text);
    while let Some(captures) = timed(|| matches.next()) {
        let empty = captures.get(0).is_some_and(|whole| whole.is_empty());
        if !(empty && compiled.ignore_empty) {
            each(&captures);
        }
        if !compiled.global {
            break;
        }
    }
}

/// jq's match objects.
fn find_matches(compiled: &Compiled, text: &str) -> Value {
    let mut found = Array::default();
    let mut characters = Characters { text, byte: 0, count: 0 };
    matches(compiled, text, |captures| {
        found.push(describe(&compiled.regex, captures, &mut characters))
    });
    Value::Array(Rc::new(found))
}

/// The text in pieces: what is between the matches as texts, the matches as jq's match objects.
fn split_matches(compiled: &Compiled, text: &str) -> Value {
    let mut pieces = Array::default();
    let mut characters = Characters { text, byte: 0, count: 0 };
    let mut end = 0;
    matches(compiled, text, |captures| {
        if let Some(whole) = captures.get(0) {
            pieces.push(Value::text(text.get(end..whole.start()).unwrap_or_default()));
            end = whole.end();
        }
        pieces.push(describe(&compiled.regex, captures, &mut characters));
    });
    pieces.push(Value::text(text.get(end..).unwrap_or_default()));
    Value::Array(Rc::new(pieces))
}

fn describe(regex: &Regex, captures: &Captures<'_>, characters: &mut Characters<'_>) -> Value {
    let mut parts = captures.iter().zip(regex.capture_names()).map(|(part, name)| {
        let Some(part) = part else {
            return (
                vec![
                    ("offset", Value::from(-1_isize)),
                    ("length", Value::from(0_usize)),
                    ("string", Value::Null),
                ],
                name,
            );
        };
        let fields = vec![
            ("offset", Value::from(characters.until(part.start()))),
            ("length", Value::from(part.as_str().chars().count())),
            ("string", Value::text(part.as_str())),
        ];
        (fields, name)
    });
    let mut whole = parts.next().map(|(fields, _)| fields).unwrap_or_default();
    let groups = parts.map(|(mut fields, name)| {
        fields.push(("name", name.map_or(Value::Null, Value::text)));
        object(fields)
    });
    let groups: Value = groups.collect();
    whole.push(("captures", groups));
    object(whole)
}
