//! How a secret's text becomes a key.

use serde::{Deserialize, Serialize};

/// Shortest secret that may be configured where a scheme says nothing, in bytes: what people
/// choose below that is guessed from one signed delivery.
const DEFAULT_MIN_BYTES: usize = 8;

/// How a secret's text becomes a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyForm {
    /// What the text is.
    pub text: KeyText,
    /// What stands before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Prefix>,
    /// Shortest key that may be configured, in bytes.
    #[serde(default = "default_min_bytes")]
    pub min_bytes: usize,
}

const fn default_min_bytes() -> usize {
    DEFAULT_MIN_BYTES
}

/// What a secret's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyText {
    /// The key as it stands.
    Utf8,
    /// The key in base64, with padding.
    Base64,
    /// The key in hex.
    Hex,
}

impl KeyText {
    /// Its name in a scheme.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }
}

/// What stands before a secret's text and is no part of the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prefix {
    /// As in `whsec_`.
    pub text: String,
    /// Whether only secrets with it are for this method.
    #[serde(default)]
    pub required: bool,
}
