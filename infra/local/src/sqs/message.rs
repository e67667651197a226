//! Messages: what a sender gives, what a receiver gets, and which contents SQS refuses.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::Error;

/// Message attributes per message (SQS developer guide, "Message metadata").
const ATTRIBUTES_MAX: usize = 10;

/// A message attribute, in the form of the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    /// `String`, `Number` or `Binary`, with a suffix of the sender's own after a dot.
    pub data_type: String,
    /// The value of a string or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_value: Option<String>,
    /// The value of a binary, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_value: Option<String>,
}

/// What a sender gives.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    /// The body; not empty.
    pub body: String,
    /// Seconds until it can be received, at most 900; the queue's own delay where there is none.
    pub delay_s: Option<u32>,
    /// Message attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// `MessageGroupId`, which standard queues take for fairness between groups.
    pub group_id: Option<String>,
    /// `AWSTraceHeader`.
    pub trace_header: Option<String>,
}

/// What never changes in a stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The message's id.
    pub message_id: Uuid,
    /// The body.
    pub body: String,
    /// MD5 of the body, hexadecimal; the service's receipt, no security.
    pub body_md5: String,
    /// Message attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// `MessageGroupId`.
    pub group_id: Option<String>,
    /// `AWSTraceHeader`.
    pub trace_header: Option<String>,
    /// When it was sent, milliseconds since 1970.
    pub sent_at_ms: u64,
}

/// What a receiver gets.
#[derive(Clone, Debug)]
pub struct Received {
    /// The handle to delete the message or to change its visibility with.
    pub receipt_handle: String,
    /// The message.
    pub content: Arc<Content>,
    /// How often it has been received, this receive included.
    pub receive_count: u32,
    /// When it was received first, milliseconds since 1970.
    pub first_received_at_ms: u64,
    /// The ARN of the queue that it came from, in a dead-letter queue.
    pub dead_letter_source: Option<Arc<str>>,
}

impl Outgoing {
    /// Body and attributes, as the limit counts them: names, types and values.
    pub(crate) fn size_bytes(&self) -> usize {
        let attribute_bytes = |(name, attribute): (&String, &Attribute)| {
            let value = attribute.string_value.as_deref().map_or(0, str::len);
            let binary = attribute.binary_value.as_deref().map_or(0, |text| text.len() / 4 * 3);
            name.len() + attribute.data_type.len() + value + binary
        };
        self.body.len() + self.attributes.iter().map(attribute_bytes).sum::<usize>()
    }

    /// Refuses what SQS refuses whatever the queue.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.body.is_empty() {
            return Err(Error::MissingParameter("MessageBody"));
        }
        let values =
            self.attributes.values().filter_map(|attribute| attribute.string_value.as_deref());
        if !std::iter::once(self.body.as_str())
            .chain(values)
            .all(|text| text.chars().all(is_allowed))
        {
            return Err(Error::InvalidMessageContents);
        }
        if self.attributes.len() > ATTRIBUTES_MAX {
            let message = format!(
                "Number of message attributes [{}] exceeds the allowed maximum [10].",
                self.attributes.len()
            );
            return Err(Error::InvalidParameterValue(message));
        }
        if let Some(group_id) = &self.group_id
            && !(1..=128).contains(&group_id.len())
        {
            return Err(Error::InvalidParameterValue(
                "MessageGroupId must have 1 to 128 characters.".to_owned(),
            ));
        }
        self.attributes.iter().try_for_each(|(name, attribute)| check_attribute(name, attribute))
    }

    pub(crate) fn into_content(self, sent_at_ms: u64) -> Content {
        Content {
            message_id: Uuid::now_v7(),
            body_md5: md5_hex(self.body.as_bytes()),
            body: self.body,
            attributes: self.attributes,
            group_id: self.group_id,
            trace_header: self.trace_header,
            sent_at_ms,
        }
    }
}

/// Characters of XML 1.0 (`SendMessage`, member `MessageBody`); the rest, U+0000 first of all, is refused.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn check_attribute(name: &str, attribute: &Attribute) -> Result<(), Error> {
    let refuse = |why: &str| {
        Err(Error::InvalidParameterValue(format!("The message attribute '{name}' {why}.")))
    };
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    if !(1..=256).contains(&name.len()) || !name.chars().all(is_name) {
        return refuse("has an invalid name");
    }
    let kind = attribute.data_type.split('.').next().unwrap_or_default();
    let value = match kind {
        "String" | "Number" => attribute.string_value.as_deref(),
        "Binary" => attribute.binary_value.as_deref(),
        _ => {
            return refuse(
                "has an invalid type; the supported types are String, Number and Binary",
            );
        }
    };
    match value {
        None | Some("") => refuse("must contain a non-empty value of its type"),
        Some(base64) if kind == "Binary" && STANDARD.decode(base64).is_err() => {
            refuse("is not base64")
        }
        Some(_) => Ok(()),
    }
}

/// The MD5 of the body, by which other SDKs check what was stored.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    format!("{:x}", md5::compute(bytes))
}

/// The MD5 of the message attributes (SQS developer guide, "Calculating the MD5 message digest for message attributes");
/// `None` without any.
pub(crate) fn attributes_md5(attributes: &BTreeMap<String, Attribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digested = Vec::new();
    for (name, attribute) in attributes {
        append(&mut digested, name.as_bytes());
        append(&mut digested, attribute.data_type.as_bytes());
        if attribute.data_type.starts_with("Binary") {
            digested.push(2);
            let binary = attribute.binary_value.as_deref().unwrap_or_default();
            append(&mut digested, &STANDARD.decode(binary).unwrap_or_default());
        } else {
            digested.push(1);
            append(&mut digested, attribute.string_value.as_deref().unwrap_or_default().as_bytes());
        }
    }
    Some(md5_hex(&digested))
}

fn append(digested: &mut Vec<u8>, part: &[u8]) {
    // No part of a message of at most 1 MiB is longer than a u32 counts.
    digested.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    digested.extend_from_slice(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_xml_are_refused() {
        let send = |body: &str| Outgoing { body: body.to_owned(), ..Outgoing::default() }.check();
        for body in
            ["a", "\t\n\r", "\u{20}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}"]
        {
            assert_eq!(send(body), Ok(()), "{body:?}");
        }
        for body in ["\0", "a\u{8}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
            assert_eq!(send(body), Err(Error::InvalidMessageContents), "{body:?}");
        }
        assert_eq!(send(""), Err(Error::MissingParameter("MessageBody")));
    }

    #[test]
    fn attribute_digests_are_those_of_the_service() {
        // The vector of botocore's own tests for SQS.
        assert_eq!(md5_hex(b"hello"), "5d41402abc4b2a76b9719d911017c592");
        let timestamp = Attribute {
            data_type: "Number".to_owned(),
            string_value: Some("1493147359900".to_owned()),
            binary_value: None,
        };
        let attributes = BTreeMap::from([("timestamp".to_owned(), timestamp)]);
        assert_eq!(
            attributes_md5(&attributes).as_deref(),
            Some("235c5c510d26fb653d073faed50ae77c")
        );
        assert_eq!(attributes_md5(&BTreeMap::new()), None);
    }

    #[test]
    fn attributes_without_a_value_of_their_type_are_refused() {
        let check = |data_type: &str, string_value: Option<&str>, binary_value: Option<&str>| {
            let attribute = Attribute {
                data_type: data_type.to_owned(),
                string_value: string_value.map(str::to_owned),
                binary_value: binary_value.map(str::to_owned),
            };
            check_attribute("name", &attribute).is_ok()
        };
        assert!(check("String", Some("x"), None));
        assert!(check("Number.int", Some("1"), None));
        assert!(check("Binary", None, Some("AAE=")));
        assert!(!check("String", None, None));
        assert!(!check("String", Some(""), None));
        assert!(!check("Binary", None, Some("no base64!")));
        assert!(!check("Boolean", Some("true"), None));
    }
}
