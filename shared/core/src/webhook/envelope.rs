//! The envelope that flows see: `CloudEvents` 1.0 in its JSON form.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{document::Document, scheme::ProviderName};
use crate::model::Timestamp;

/// Longest event name and account, in characters.
const MAX_NAME_CHARACTERS: usize = 200;

/// What a URI's path takes as it is (RFC 3986 §2.3, and `/`).
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The event's name where the provider gives none.
const UNNAMED: &str = "webhook";

/// A delivery as a `CloudEvents` 1.0 event.
#[derive(Clone)]
pub struct Envelope {
    event_type: String,
    event: Value,
}

/// What an envelope is made of.
pub(super) struct Facts {
    pub(super) provider: ProviderName,
    pub(super) id: String,
    pub(super) event: Option<String>,
    pub(super) account: Option<String>,
    pub(super) time: Timestamp,
    /// As the sender named it, without parameters.
    pub(super) content_type: Option<String>,
}

impl Envelope {
    pub(super) fn new(facts: Facts, document: Document) -> Self {
        let Facts { provider, id, event, account, time, content_type } = facts;
        let source = match account {
            Some(account) => {
                let account: String = account.chars().take(MAX_NAME_CHARACTERS).collect();
                format!("/{provider}/{}", utf8_percent_encode(&account, PATH))
            }
            None => format!("/{provider}"),
        };
        let event = event.map_or_else(|| UNNAMED.to_owned(), |event| word(&event));
        let json = Some("application/json".to_owned());
        // A text is no JSON, whatever its sender said.
        let other = |fallback: &str| {
            let named = content_type.filter(|name| !name.ends_with("json"));
            Some(named.unwrap_or_else(|| fallback.to_owned()))
        };
        let (datacontenttype, data, data_base64) = match document {
            Document::Empty => (None, None, None),
            Document::Json(value) | Document::Form(value) => (json, Some(value), None),
            Document::Text(text) => (other("text/plain"), Some(text.into()), None),
            Document::Bytes(bytes) => {
                (other("application/octet-stream"), None, Some(STANDARD.encode(bytes)))
            }
        };
        let event_type = format!("{provider}.{event}");
        let text = |text: String| Some(Value::String(text));
        let members = [
            ("specversion", text("1.0".to_owned())),
            ("id", text(id)),
            ("source", text(source)),
            ("type", text(event_type.clone())),
            ("time", text(time.to_string())),
            ("datacontenttype", datacontenttype.and_then(text)),
            ("data", data),
            ("data_base64", data_base64.and_then(text)),
        ];
        let present = |(name, value): (&str, Option<Value>)| Some((name.to_owned(), value?));
        Self { event_type, event: members.into_iter().filter_map(present).collect() }
    }

    /// `stripe.invoice.paid`.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// As the JSON object that a flow takes for its input.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.event
    }
}

/// A name without white space and control characters.
fn word(name: &str) -> String {
    name.chars()
        .take(MAX_NAME_CHARACTERS)
        .map(|letter| if letter.is_whitespace() || letter.is_control() { '_' } else { letter })
        .collect()
}
