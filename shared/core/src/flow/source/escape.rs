//! JSON writes a character beyond U+FFFF as two `\u` escapes, YAML as one `\U`. A JSON document is
//! rewritten before it is read, and remembers where, so that columns stay those of its author.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// A text that the YAML parser reads, and how its columns differ from the original's.
pub(super) struct Readable<'t> {
    pub(super) text: Cow<'t, str>,
    /// In the readable text, in characters: where each shortened escape starts.
    shortened: Vec<usize>,
}

/// `\ud83d\ude00` has 12 characters, `\U0001f600` has 10.
const SHORTENED_BY: usize = 2;

impl Readable<'_> {
    /// How many characters longer the original is in front of character `index` of a line that
    /// starts at character `line_start`.
    pub(super) fn missing_columns(&self, line_start: usize, index: usize) -> usize {
        let from = self.shortened.partition_point(|start| *start < line_start);
        let to = self.shortened.partition_point(|start| *start < index);
        SHORTENED_BY * to.saturating_sub(from)
    }
}

/// Rewrites surrogate pairs if `text` is a JSON object; anything else stays as it is, because in
/// YAML a backslash outside double quotes is just a backslash.
pub(super) fn readable(text: &str) -> Readable<'_> {
    let unchanged = || Readable { text: Cow::Borrowed(text), shortened: Vec::new() };
    let may_have_pairs = text.contains("\\ud") || text.contains("\\uD");
    if !may_have_pairs || !text.trim_start().starts_with('{') {
        return unchanged();
    }
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return unchanged();
    }
    let mut readable = String::with_capacity(text.len());
    let mut shortened = Vec::new();
    let mut characters_written = 0;
    let mut rest = text;
    while let Some(before) = rest.find('\\') {
        let (plain, escape) = rest.split_at(before);
        readable.push_str(plain);
        characters_written += plain.chars().count();
        let taken = if let Some(character) = surrogate_pair(escape) {
            shortened.push(characters_written);
            let escape = format!("\\U{:08x}", u32::from(character));
            readable.push_str(&escape);
            characters_written += escape.len();
            12
        } else {
            // A backslash and the character it escapes: valid JSON has both, and both are ASCII.
            let taken = escape.len().min(2);
            readable.push_str(escape.get(..taken).unwrap_or(escape));
            characters_written += taken;
            taken
        };
        rest = escape.get(taken..).unwrap_or_default();
    }
    readable.push_str(rest);
    Readable { text: Cow::Owned(readable), shortened }
}

/// The character of a pair of escapes that `text` starts with.
fn surrogate_pair(text: &str) -> Option<char> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    match char::decode_utf16([unit(0)?, unit(6)?]).next()? {
        Ok(character) if character.len_utf16() == 2 => Some(character),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_in_json_are_rewritten() {
        let json = r#"{"a": "\ud83d\ude00 \\ud83d \u00e9"}"#;
        assert_eq!(readable(json).text, r#"{"a": "\U0001f600 \\ud83d \u00e9"}"#);
        let yaml = r"a: '\ud83d\ude00'";
        assert_eq!(readable(yaml).text, yaml);
        let lone = r#"{"a": "\ud83d"}"#;
        assert_eq!(readable(lone).text, lone);
    }
}
