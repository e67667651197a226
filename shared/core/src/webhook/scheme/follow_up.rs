//! Where the result of a run goes that a request asked for and whose answer is deferred.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Condition, Pointer};
use crate::model::FollowUpMethod;

/// What a value may be made of without being encoded (RFC 3986 §2.3): all else could end its segment of the path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How the result of a run is told to who asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// All of these must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// How it is sent.
    pub method: FollowUpMethod,
    /// Where to.
    pub url: FollowUpUrl,
    /// The member of the JSON body that holds the result as a text.
    pub text: String,
    /// The longest text that is taken, in characters.
    pub max_characters: u32,
    /// How long after the request the address works, in seconds.
    pub valid_s: u32,
    /// How often the address may be used, where that is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
}

/// Where a result goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FollowUpUrl {
    /// To an address with blanks, as in `https://example.org/answers/{/token}`. What fills a blank is a part of a
    /// path or query, whatever it is.
    Fill(UrlTemplate),
    /// To an address that the body names.
    Copy {
        /// Where in the body.
        from: Pointer,
        /// What it has to start with: whoever could name any address would have results sent to it.
        within: Origin,
    },
}

impl FollowUpUrl {
    /// The address that a body makes of it; none where the body lacks something, or names an address of somebody else's.
    #[must_use]
    pub fn of(&self, body: &Value) -> Option<String> {
        match self {
            Self::Fill(template) => template.filled(body),
            Self::Copy { from, within } => {
                from.text(body).filter(|url| url.starts_with(within.0.as_str()))
            }
        }
    }
}

/// The start of an address: its scheme and host, and maybe some of its path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if names_host(&text) { Ok(Self(text)) } else { Err(NO_HOST) }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

/// An address with blanks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UrlTemplate {
    start: String,
    /// A blank, and the text behind it.
    blanks: Vec<(Pointer, String)>,
}

impl UrlTemplate {
    fn filled(&self, body: &Value) -> Option<String> {
        let mut url = self.start.clone();
        for (pointer, behind) in &self.blanks {
            let value = pointer.text(body)?;
            // A segment of dots is a step through the path, however it is encoded.
            if value.trim_matches('.').is_empty() {
                return None;
            }
            url.extend(utf8_percent_encode(&value, SEGMENT));
            url.push_str(behind);
        }
        Some(url)
    }
}

impl TryFrom<String> for UrlTemplate {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let mut pieces = text.split('{');
        let start = pieces.next().unwrap_or_default().to_owned();
        if !names_host(&start) {
            return Err(NO_HOST);
        }
        let mut blanks = Vec::new();
        for piece in pieces {
            let (pointer, behind) = piece.split_once('}').ok_or("a `{` without its `}`")?;
            blanks.push((Pointer::try_from(pointer.to_owned())?, behind.to_owned()));
        }
        Ok(Self { start, blanks })
    }
}

impl From<UrlTemplate> for String {
    fn from(template: UrlTemplate) -> Self {
        template.to_string()
    }
}

impl fmt::Display for UrlTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.start)?;
        let mut blanks = self.blanks.iter();
        blanks.try_for_each(|(pointer, behind)| write!(formatter, "{{{pointer}}}{behind}"))
    }
}

const NO_HOST: &str = "it has to begin with `https://`, a host and `/`";

/// Whether a text says whose address it is, so that nothing behind it can say otherwise. In the clear only to the
/// same machine: the rest of the address is a credential.
fn names_host(text: &str) -> bool {
    let host = |behind: &str| {
        let (host, _) = behind.split_once('/')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        (!host.is_empty() && host.bytes().all(plain)).then(|| host.to_owned())
    };
    if let Some(behind) = text.strip_prefix("https://") {
        return host(behind).is_some();
    }
    let local = text.strip_prefix("http://").and_then(host);
    local.is_some_and(|host| {
        let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
        ["127.0.0.1", "localhost", "[::1]"].contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(text: &str) -> UrlTemplate {
        UrlTemplate::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_template_reads_back_as_it_was_written() {
        for text in
            ["https://a.example/{/x}/y/{/z/0}", "http://127.0.0.1:80/", "https://a.example/?t={/x}"]
        {
            assert_eq!(template(text).to_string(), text);
        }
    }

    #[test]
    fn an_address_begins_with_its_host() {
        for text in [
            "",
            "/path",
            "https://",
            "https://a.example",
            "https:///x",
            "https://{/host}/x",
            "https://a.example{/rest}",
            "https://user@a.example/",
            "http://a.example/",
            "http://127.0.0.1.a.example/",
            "ftp://a.example/",
        ] {
            assert!(UrlTemplate::try_from(text.to_owned()).is_err(), "{text}");
            assert!(Origin::try_from(text.to_owned()).is_err(), "{text}");
        }
        for text in ["https://a.example/{", "https://a.example/{x}", "https://a.example/{}"] {
            assert!(UrlTemplate::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_fills_a_blank_stays_in_its_place() {
        let url = FollowUpUrl::Fill(template("https://a.example/{/id}/{/token}/end"));
        let cases = [
            (json!({"id": 7, "token": "a_b-c.d~"}), Some("https://a.example/7/a_b-c.d~/end")),
            (
                json!({"id": "1/../2", "token": "?#\\@é"}),
                Some("https://a.example/1%2F..%2F2/%3F%23%5C%40%C3%A9/end"),
            ),
            (json!({"id": "..", "token": "a"}), None),
            (json!({"id": "", "token": "a"}), None),
            (json!({"id": "1"}), None),
            (json!({"id": "1", "token": {}}), None),
        ];
        for (body, expected) in cases {
            assert_eq!(url.of(&body).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn an_address_of_somebody_elses_is_none() {
        let within = Origin::try_from("https://hooks.example/".to_owned()).unwrap();
        let from = Pointer::try_from("/url".to_owned()).unwrap();
        let url = FollowUpUrl::Copy { from, within };
        let cases = [
            ("https://hooks.example/a?b=c", true),
            ("https://hooks.example.evil/a", false),
            ("https://hooks.example@evil/a", false),
            ("http://hooks.example/a", false),
            ("", false),
        ];
        for (text, taken) in cases {
            assert_eq!(url.of(&json!({ "url": text })).is_some(), taken, "{text}");
        }
    }
}
