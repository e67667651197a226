//! What a run that listens waits for, and what it hears.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{InvalidId, Secret, Timestamp};

/// One time that a run listens, within that run: 64 bits, so that no two tasks of one run share them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InputId([u8; 8]);

impl InputId {
    /// That of the task whose effect has this instance key. The same on every replay.
    #[must_use]
    pub fn of(key: &str) -> Self {
        let mut id = [0; 8];
        for (byte, hashed) in id.iter_mut().zip(Sha256::digest(key)) {
            *byte = hashed;
        }
        Self(id)
    }

    /// The id of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl FromStr for InputId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 16
            && text.bytes().all(is_digit)
            && let Ok(number) = u64::from_str_radix(text, 16)
        {
            return Ok(Self(number.to_be_bytes()));
        }
        Err(InvalidId { kind: "input id", rule: "16 hexadecimal digits are expected" })
    }
}

impl TryFrom<String> for InputId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<InputId> for String {
    fn from(id: InputId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for InputId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", u64::from_be_bytes(self.0))
    }
}

/// What a run listens for, written down before anybody can answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listening {
    /// Which time it is.
    pub id: InputId,
    /// From then on nothing is heard any more: the task's time limit or the run's deadline.
    pub until: Timestamp,
    /// The types of the events that it listens for; one of them is enough.
    pub kinds: Vec<String>,
    /// What a person is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// The secret part of the link by which whoever has it may answer.
    #[serde(serialize_with = "expose", deserialize_with = "hide")]
    pub secret: Secret,
}

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// In words.
    pub text: String,
    /// The answers there are; empty where any will do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The JSON Schema of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
}

/// An event that a run has heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// When it was accepted.
    pub at: Timestamp,
    /// Its type.
    pub kind: String,
    /// What it says.
    pub data: Value,
}

/// The journal is the one place that keeps it.
fn expose<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

fn hide<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_every_time_and_reads_back() {
        let id = InputId::of("/do/0/approve#1");
        assert_eq!(id, InputId::of("/do/0/approve#1"));
        assert_ne!(id, InputId::of("/do/0/approve#2"));
        assert_eq!(id.to_string().parse(), Ok(id));
        for other in ["", "0123", "0123456789abcdeg", "0123456789ABCDEF", "0123456789abcdef0"] {
            assert!(other.parse::<InputId>().is_err(), "{other}");
        }
    }

    #[test]
    fn the_secret_is_kept_and_not_shown() {
        let listening = Listening {
            id: InputId::of("/do/0/approve#1"),
            until: Timestamp::from_millis(1),
            kinds: vec!["approval".to_owned()],
            question: None,
            secret: Secret::new("abc-secret".to_owned()),
        };
        let stored = serde_json::to_string(&listening).unwrap();
        assert_eq!(serde_json::from_str::<Listening>(&stored).unwrap(), listening);
        assert!(!format!("{listening:?}").contains("abc-secret"));
    }
}
