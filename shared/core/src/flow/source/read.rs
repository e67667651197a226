//! Parser events into a located tree.

use std::borrow::Cow;

use indexmap::{IndexMap, map::Entry};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::{
    Located, Member, Node, Position,
    escape::{Readable, readable},
    scalar,
};
use crate::{
    flow::fault::{Fault, Severity, quoted},
    model::limits::MAX_FLOW_BYTES,
};

/// Deepest nesting of lists and objects. A task in a task takes three levels, so this leaves
/// twenty tasks within each other; every later walk over the tree may recurse.
const MAX_DEPTH: usize = 64;

/// Reads one document.
///
/// # Errors
/// The first thing that makes the text unreadable: not YAML, too large, too deep, a duplicate or
/// non-text key, an alias, a foreign tag, a number unknown to JSON, a second document.
pub(in crate::flow) fn read(text: &str) -> Result<Located, Fault> {
    if text.len() > MAX_FLOW_BYTES {
        let start = Position { line: 1, column: 1 };
        return Err(fault(start, format!("the flow is larger than {MAX_FLOW_BYTES} bytes")));
    }
    let readable = readable(text);
    let mut reader = Reader { parser: Parser::new_from_str(&readable.text), source: &readable };
    reader.document()
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    source: &'t Readable<'t>,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Located, Fault> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                _ if root.is_some() => {
                    let message = "a second document: a flow is a single one".to_owned();
                    return Err(fault(self.position(span.start), message));
                }
                event => root = Some(self.value(event, span, 1)?),
            }
        }
        let start = Position { line: 1, column: 1 };
        root.ok_or_else(|| fault(start, "the document is empty".to_owned()))
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Fault> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(self.unreadable(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn value(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Located, Fault> {
        let at = self.position(span.start);
        if depth > MAX_DEPTH {
            return Err(fault(at, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        match event {
            Event::Scalar(text, style, _, tag) => self.scalar(text, style, tag.as_deref(), span),
            Event::SequenceStart(_, tag) => {
                expect_tag(tag.as_deref(), "seq", at)?;
                Ok(Located { node: self.list(depth)?, at, content: None })
            }
            Event::MappingStart(_, tag) => {
                expect_tag(tag.as_deref(), "map", at)?;
                Ok(Located { node: self.object(depth)?, at, content: None })
            }
            Event::Alias(_) => {
                let message = "aliases are not read: write the value out, or share it under `use`";
                Err(fault(at, message.to_owned()))
            }
            _ => Err(fault(at, "a value is missing".to_owned())),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Node, Fault> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Node::List(items)),
                (event, span) => items.push(self.value(event, span, depth + 1)?),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node, Fault> {
        let mut members = IndexMap::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Node::Object(members));
            }
            let key = self.position(span.start);
            let Node::Text(name) = self.value(event, span, depth + 1)?.node else {
                return Err(fault(key, "a name must be a text: quote it".to_owned()));
            };
            let (event, span) = self.next()?;
            let is_written = !span.is_empty();
            let mut value = self.value(event, span, depth + 1)?;
            if !is_written && matches!(value.node, Node::Null) {
                // What is not there is looked for at its name.
                value.at = key;
            }
            match members.entry(name) {
                Entry::Vacant(free) => {
                    free.insert(Member { key, value });
                }
                Entry::Occupied(taken) => {
                    let (name, line) = (quoted(taken.key()), taken.get().key.line);
                    let message = format!("{name} stands here twice, first on line {line}");
                    return Err(fault(key, message));
                }
            }
        }
    }

    fn scalar(
        &self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<Located, Fault> {
        let at = self.position(span.start);
        let node = match core_tag(tag, at)? {
            None if style == ScalarStyle::Plain => scalar::resolve(&text),
            None | Some("str") => Ok(Node::Text(text.into_owned())),
            Some(name) => tagged(name, &text),
        };
        let node = node.map_err(|message| fault(at, message))?;
        let content = match &node {
            Node::Text(text) => self.content(text, style, span),
            _ => None,
        };
        Ok(Located { node, at, content })
    }

    /// Where a text's content starts, if it stands in the source as it was read.
    fn content(&self, text: &str, style: ScalarStyle, span: Span) -> Option<Position> {
        let start = self.position(span.start);
        let quote_width = match style {
            ScalarStyle::Literal => return Some(start),
            ScalarStyle::Plain => 0,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
            ScalarStyle::Folded => return None,
        };
        // Escapes and folded lines make the source longer than the text.
        let unchanged = span.start.line() == span.end.line()
            && span.len() == text.chars().count() + 2 * quote_width;
        unchanged.then_some(Position { column: start.column + quote_width, ..start })
    }

    fn position(&self, marker: Marker) -> Position {
        let line_start = marker.index().saturating_sub(marker.col());
        let missing = self.source.missing_columns(line_start, marker.index());
        Position { line: marker.line(), column: marker.col() + 1 + missing }
    }

    fn unreadable(&self, error: &ScanError) -> Fault {
        fault(self.position(*error.marker()), format!("not readable as YAML: {}", error.info()))
    }
}

fn tagged(name: &str, text: &str) -> Result<Node, String> {
    let node = scalar::resolve(text)?;
    match (name, &node) {
        ("null", Node::Null) | ("bool", Node::Bool(_)) | ("float", Node::Number(_)) => Ok(node),
        ("int", Node::Number(number)) if !number.is_f64() => Ok(node),
        _ => Err(format!("{} is not of the type that its tag says", quoted(text))),
    }
}

fn expect_tag(tag: Option<&Tag>, name: &str, at: Position) -> Result<(), Fault> {
    match core_tag(tag, at)? {
        None => Ok(()),
        Some(found) if found == name => Ok(()),
        Some(found) => Err(fault(at, format!("`!!{found}` does not fit here"))),
    }
}

/// The name of a core schema tag.
fn core_tag(tag: Option<&Tag>, at: Position) -> Result<Option<&str>, Fault> {
    match tag {
        None => Ok(None),
        Some(tag) if tag.is_yaml_core_schema() => Ok(Some(&tag.suffix)),
        Some(tag) => Err(fault(at, format!("the tag {} is not known", quoted(&tag.to_string())))),
    }
}

fn fault(at: Position, message: String) -> Fault {
    Fault {
        line: at.line,
        column: at.column,
        path: String::new(),
        message,
        suggestion: None,
        severity: Severity::Error,
    }
}
