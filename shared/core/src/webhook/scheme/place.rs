//! Where in a request a fact stands.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Header;

/// Where a fact stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In this header.
    Header(Header),
    /// In the body, at this pointer. In the JSON of a form's `payload` where there is one.
    Body(Pointer),
    /// Nowhere: it is always this.
    Text(String),
}

/// A JSON pointer (RFC 6901). `*` stands for every item of a list: what is found there is joined by commas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(String);

impl Pointer {
    /// What stands there.
    #[must_use]
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        value.pointer(&self.0)
    }

    /// What stands there as a text, for texts and numbers. Of a list, all or nothing.
    #[must_use]
    pub fn text(&self, value: &Value) -> Option<String> {
        match self.0.split_once("/*") {
            None => text(self.find(value)?),
            Some((list, member)) => {
                let items = value.pointer(list)?.as_array()?;
                let texts: Option<Vec<_>> =
                    items.iter().map(|item| text(item.pointer(member)?)).collect();
                texts.filter(|texts| !texts.is_empty()).map(|texts| texts.join(","))
            }
        }
    }

    /// The pointer's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl TryFrom<String> for Pointer {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if !text.starts_with('/') {
            return Err("a pointer starts with `/`, as in `/data/id`");
        }
        let stars = text.split('/').filter(|step| *step == "*").count();
        if stars > 1 || stars != text.matches("/*").count() {
            return Err("`*` stands for a list's items, once, between slashes");
        }
        Ok(Self(text))
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(header) => write!(formatter, "header `{header}`"),
            Self::Body(pointer) => write!(formatter, "`{pointer}` in the body"),
            Self::Text(text) => write!(formatter, "always `{text}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pointer_finds_texts_and_numbers() {
        let value = json!({"a": {"b": "x"}, "n": 7, "l": [{"i": 1}, {"i": "2"}], "t": true});
        let cases = [
            ("/a/b", Some("x")),
            ("/n", Some("7")),
            ("/l/1/i", Some("2")),
            ("/l/*/i", Some("1,2")),
            ("/a", None),
            ("/t", None),
            ("/l/*/j", None),
            ("/a/*/b", None),
        ];
        for (pointer, found) in cases {
            let pointer = Pointer::try_from(pointer.to_owned()).unwrap();
            assert_eq!(pointer.text(&value).as_deref(), found, "{pointer}");
        }
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for text in ["", "id", "/a/*/b/*", "/*a"] {
            assert!(Pointer::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
