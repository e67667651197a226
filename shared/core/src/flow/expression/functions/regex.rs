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
use std::ops::Range;
use std::rc::Rc;

/// Compiled sizes that are tried in turn. The largest holds `\w{50}`, in Unicode.
const COMPILED_BYTES: [usize; 7] =
    [8 << 10, 16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10];
/// Bytes of the compiled pattern times bytes of the text in one search: at worst about a second.
/// `\w+` may search 100 KB.
const LONGEST_SEARCH: usize = 8 << 30;
/// The longest pattern. Parsing one costs before any limit on its compiled size counts.
const LONGEST_PATTERN_BYTES: usize = 4 << 10;
/// More flags than there are say nothing new.
const LONGEST_FLAGS_BYTES: usize = 16;
/// Compiled patterns that an evaluation keeps, each with a few MB of the engine's own caches at most.
const KEPT: usize = 8;

/// A compiled pattern and a bound on its size.
struct Compiled {
    regex: Regex,
    bytes: usize,
    global: bool,
    ignore_empty: bool,
}

/// The patterns that this evaluation has compiled.
#[derive(Default)]
pub(super) struct Regexes(RefCell<HashMap<(String, String), Rc<Compiled>>>);

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
    fn get(&self, pattern: &str, flags: &str) -> Result<Rc<Compiled>> {
        if pattern.len() > LONGEST_PATTERN_BYTES || flags.len() > LONGEST_FLAGS_BYTES {
            return Err(Error::str("Regex failure: the pattern is too long"));
        }
        meter::work(1 + pattern.len() / 64);
        let key = (pattern.to_owned(), flags.to_owned());
        if let Some(known) = self.0.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let compiled = Rc::new(timed(|| compile(pattern, flags))?);
        let mut kept = self.0.borrow_mut();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, Rc::clone(&compiled));
        Ok(compiled)
    }
}

fn compile(pattern: &str, flags: &str) -> Result<Compiled> {
    let fail = |reason: &str| Error::str(format_args!("Regex failure: {reason}"));
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
            Err(error) => {
                // Its text draws the pattern in several lines; the last one says what is wrong.
                let text = error.to_string();
                let reason = text.lines().next_back().unwrap_or_default();
                return Err(fail(reason.trim_start_matches("error: ")));
            }
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
        self.count += characters(self.text, self.byte, byte);
        self.byte = byte;
        self.count
    }
}

fn characters(text: &str, from: usize, upto: usize) -> usize {
    let between = text.get(from..upto).unwrap_or_default();
    meter::work(between.len() / 64);
    between.chars().count()
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
        found.push(describe(&compiled.regex, captures, &mut characters));
    });
    Value::Array(Rc::new(found))
}

/// The text in pieces: what is between the matches as texts, each match as the object that jq's `capture` makes
/// of it, with the named groups.
fn split_matches(compiled: &Compiled, text: &str) -> Value {
    let mut pieces = Array::default();
    let mut end = 0;
    matches(compiled, text, |captures| {
        if let Some(whole) = captures.get(0) {
            pieces.push(Value::text(text.get(end..whole.start()).unwrap_or_default()));
            end = whole.end();
        }
        pieces.push(named_groups(&compiled.regex, captures));
    });
    pieces.push(Value::text(text.get(end..).unwrap_or_default()));
    Value::Array(Rc::new(pieces))
}

fn named_groups(regex: &Regex, captures: &Captures<'_>) -> Value {
    let groups = regex.capture_names().zip(captures.iter()).filter_map(|(name, part)| {
        Some((name?, part.map_or(Value::Null, |part| Value::text(part.as_str()))))
    });
    object(groups)
}

fn describe(regex: &Regex, captures: &Captures<'_>, before: &mut Characters<'_>) -> Value {
    let text = before.text;
    let whole = captures.get(0).map_or(0..0, |whole| whole.range());
    let offset = before.until(whole.start);
    let fields = |part: Range<usize>| {
        // A group lies within its match, so only the way from there is counted.
        let offset = offset + characters(text, whole.start, part.start);
        [
            ("offset", Value::from(offset)),
            ("length", Value::from(characters(text, part.start, part.end))),
            ("string", Value::text(text.get(part).unwrap_or_default())),
        ]
    };
    let absent = || {
        [
            ("offset", Value::from(-1_isize)),
            ("length", Value::from(0_usize)),
            ("string", Value::Null),
        ]
    };
    let groups = captures.iter().zip(regex.capture_names()).skip(1).map(|(part, name)| {
        let fields = part.map_or_else(absent, |part| fields(part.range()));
        object(fields.into_iter().chain([("name", name.map_or(Value::Null, Value::text))]))
    });
    let groups: Value = groups.collect();
    object(fields(whole.clone()).into_iter().chain([("captures", groups)]))
}
