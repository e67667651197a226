//! Identifiers. Each is a type of its own, so that one cannot be passed for another.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Timestamp;

/// A text that is not an id of the kind asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: {rule}")]
pub struct InvalidId {
    pub(super) kind: &'static str,
    pub(super) rule: &'static str,
}

/// A run's id on every wire (`workflow_id`, `runId`, `run_id`): a `UUIDv7`, so ids sort by start time;
/// those of a schedule by the moment for which they were due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Uuid);

impl RunId {
    /// A new id made of `now` and 74 random bits (RFC 9562 §5.7).
    #[must_use]
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(now.as_millis(), &random).into_uuid())
    }

    /// The id of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// One of 16 list shards, from the random part: runs started together spread over all of them.
    #[must_use]
    pub const fn shard(self) -> u8 {
        self.0.as_bytes()[15] % 16
    }

    /// When it was made, to the millisecond; of a schedule's run the moment for which that was due.
    #[must_use]
    pub fn made_at(self) -> Timestamp {
        // The first 48 bits (RFC 9562 §5.7).
        Timestamp::from_millis(self.0.as_u64_pair().0 >> 16)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl FromStr for RunId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId { kind: "run id", rule: "a UUID with hyphens is expected" };
        if text.len() != 36 {
            return Err(invalid);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| invalid)
    }
}

/// Longest workspace or trigger id, in bytes: they stand in keys of items that stay under 1 KB.
const MAX_NAME_BYTES: usize = 64;

fn check(kind: &'static str, text: &str) -> Result<String, InvalidId> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > MAX_NAME_BYTES || !text.bytes().all(allowed) {
        return Err(InvalidId { kind, rule: "1 to 64 letters, digits, `-` and `_` are expected" });
    }
    Ok(text.to_owned())
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                check($kind, text).map(Self)
            }
        }

        impl TryFrom<String> for $type {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(id: $type) -> Self {
                id.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A workspace: the owner of keys, triggers, flows and runs.
    WorkspaceId,
    "workspace id"
);
name!(
    /// A trigger, unique across workspaces.
    TriggerId,
    "trigger id"
);

name!(
    /// A conversation: the runs that share it. Unique in its workspace.
    ThreadId,
    "thread id"
);

/// The thread that a run begins has its id.
impl From<RunId> for ThreadId {
    fn from(first: RunId) -> Self {
        Self(first.to_string())
    }
}

name!(
    /// A provider of language models, unique in its workspace.
    ProviderName,
    "provider's name"
);

/// SHA-256 of a flow's source, in lower-case hex: the name of an immutable version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash of `content`.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        use sha2::Digest;
        let mut hex = String::with_capacity(64);
        for byte in sha2::Sha256::digest(content) {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }

    /// From a stored record.
    #[must_use]
    pub const fn from_stored(hex: String) -> Self {
        Self(hex)
    }

    /// 64 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_is_a_version_7_uuid_that_reads_back() {
        let id = RunId::new(Timestamp::from_millis(1_770_679_479_120), [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(&id.to_string()[14..15], "7");
        assert_eq!(id.made_at().as_millis(), 1_770_679_479_120);
    }

    #[test]
    fn run_ids_of_other_forms_are_refused() {
        for text in
            ["", "x", "0190b1d2a3c47def8123456789abcdef", "{0190b1d2-a3c4-7def-8123-456789abcdef}"]
        {
            assert!(text.parse::<RunId>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_refuse_what_would_change_a_key() {
        for text in ["", "a#b", "a/b", "ä", "a b", &"a".repeat(65)] {
            assert!(text.parse::<WorkspaceId>().is_err(), "{text}");
        }
        assert!("demo_1-a".parse::<TriggerId>().is_ok());
        let first = RunId::new(Timestamp::from_millis(1), [7; 10]);
        assert_eq!(first.to_string().parse(), Ok(ThreadId::from(first)));
    }
}
