//! What a verified body says.

use serde_json::{Map, Value};

use super::{Request, form};
use crate::model::{depth, limits::MAX_JSON_DEPTH};

/// Levels that an envelope and a form put around what they hold.
const LEVELS_AROUND: usize = 2;

/// The field in which forms carry JSON: GitHub's form mode, Slack's interactivity.
const PAYLOAD: &str = "payload";

/// A body, read as far as it can be.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(super) enum Document {
    /// No body.
    Empty,
    /// JSON.
    Json(Value),
    /// A form: texts, lists of texts where a name is repeated, and the JSON of `payload`.
    Form(Value),
    /// Text of another kind, or JSON that nests too deeply for expressions.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Document {
    /// Reads the body of a request. Never fails: what was signed is delivered, as text or bytes at least.
    pub(super) fn read(request: &Request<'_>) -> Self {
        let body = request.body;
        if body.is_empty() {
            return Self::Empty;
        }
        let (name, charset) = request.content_type().unzip();
        let charset = charset.flatten();
        match name.as_deref() {
            Some(form::CONTENT_TYPE) => form_of(body, charset.as_deref()).map(Self::Form),
            None => json_of(body).map(Self::Json),
            Some(name) if name.ends_with("/json") || name.ends_with("+json") => {
                json_of(body).map(Self::Json)
            }
            Some(_) => None,
        }
        .unwrap_or_else(|| match text(body, charset.as_deref()) {
            Some(text) => Self::Text(text),
            None => Self::Bytes(body.to_vec()),
        })
    }

    /// Where pointers start: in the JSON of a form's `payload`, else in the body itself.
    pub(super) fn root(&self) -> &Value {
        match self {
            Self::Json(value) => value,
            Self::Form(form) => match form.get(PAYLOAD) {
                Some(payload) if payload.is_object() || payload.is_array() => payload,
                _ => form,
            },
            Self::Empty | Self::Text(_) | Self::Bytes(_) => &Value::Null,
        }
    }
}

fn json_of(body: &[u8]) -> Option<Value> {
    let value = serde_json::from_slice(body).ok()?;
    (depth(&value) + LEVELS_AROUND <= MAX_JSON_DEPTH).then_some(value)
}

fn form_of(body: &[u8], charset: Option<&str>) -> Option<Value> {
    // Escapes in another charset would be read as what they are not.
    if !matches!(charset, None | Some("utf-8" | "utf8" | "us-ascii")) {
        return None;
    }
    let mut members = Map::new();
    for (name, value) in form::parameters(std::str::from_utf8(body).ok()?).ok()? {
        let value = match json_of(value.as_bytes()) {
            Some(json) if name == PAYLOAD && (json.is_object() || json.is_array()) => json,
            _ => Value::String(value.into_owned()),
        };
        match members.get_mut(&*name) {
            None => {
                members.insert(name.into_owned(), value);
            }
            Some(Value::Array(values)) if name != PAYLOAD => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Some(Value::Object(members))
}

fn text(body: &[u8], charset: Option<&str>) -> Option<String> {
    match charset {
        None | Some("utf-8" | "utf8" | "us-ascii") => String::from_utf8(body.to_vec()).ok(),
        Some("iso-8859-1" | "latin1") => Some(body.iter().copied().map(char::from).collect()),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header::CONTENT_TYPE};
    use serde_json::json;

    use super::*;

    fn read(content_type: &str, body: &[u8]) -> Document {
        let mut headers = HeaderMap::new();
        if !content_type.is_empty() {
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        }
        Document::read(&Request { method: "POST", url: "", headers: &headers, body })
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[test]
    fn json_is_read_and_anything_else_kept() {
        let text = |text: &str| Document::Text(text.to_owned());
        let cases: [(&str, &[u8], Document); 9] = [
            ("application/json; charset=utf-8", b"{\"a\":1}", Document::Json(json!({"a": 1}))),
            ("application/vnd.api+json", b"[]", Document::Json(json!([]))),
            ("", b"null", Document::Json(json!(null))),
            ("", b"Hello, World!", text("Hello, World!")),
            ("application/json", b"{", text("{")),
            ("text/plain; charset=ISO-8859-1", b"caf\xe9", text("café")),
            ("application/octet-stream", b"\xff", Document::Bytes(vec![255])),
            ("text/plain; charset=utf-16", b"a", Document::Bytes(b"a".to_vec())),
            ("application/json", b"", Document::Empty),
        ];
        for (content_type, body, document) in cases {
            assert_eq!(read(content_type, body), document, "{content_type}");
        }
    }

    #[test]
    fn forms_are_decoded() {
        let cases = [
            ("a=1&b=&a=2&a=3", json!({"a": ["1", "2", "3"], "b": ""})),
            ("payload=%7B%22a%22%3A1%7D&x=1", json!({"payload": {"a": 1}, "x": "1"})),
            ("payload=1&other=%7B%7D", json!({"payload": "1", "other": "{}"})),
            ("payload=%5B1%5D&payload=x", json!({"payload": [[1], "x"]})),
        ];
        for (body, form) in cases {
            assert_eq!(read(FORM, body.as_bytes()), Document::Form(form), "{body}");
        }
    }

    #[test]
    fn a_form_that_is_none_is_kept() {
        assert_eq!(read(FORM, b"a=%FF"), Document::Text("a=%FF".to_owned()));
        let latin = "application/x-www-form-urlencoded; charset=iso-8859-1";
        assert_eq!(read(latin, b"a=%E9"), Document::Text("a=%E9".to_owned()));
    }

    #[test]
    fn pointers_start_in_the_payload_of_a_form() {
        assert_eq!(read(FORM, b"payload=%7B%22a%22%3A1%7D").root(), &json!({"a": 1}));
        assert_eq!(read(FORM, b"payload=x").root(), &json!({"payload": "x"}));
    }

    #[test]
    fn what_nests_too_deeply_for_expressions_stays_text() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let most = MAX_JSON_DEPTH - LEVELS_AROUND;
        assert!(matches!(read("", nested(most).as_bytes()), Document::Json(_)));
        for levels in [most + 1, 127, 128, 100_000] {
            assert!(matches!(read("", nested(levels).as_bytes()), Document::Text(_)), "{levels}");
        }
    }
}
