//! One way of signing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Header, KeyForm, Pointer, Template};

/// One way in which a provider signs. Which one a delivery has to pass is decided by the secret, and
/// among those by what the request carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// What is computed.
    pub algorithm: Algorithm,
    /// Where its result stands.
    pub signature: SignaturePlace,
    /// Over which bytes. Not for `token`, which signs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Template>,
    /// With which key.
    pub secret: KeyForm,
    /// Where the time of sending stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<TimestampRule>,
    /// The header that `{id}` stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Header>,
    /// What `{url}` may be; the URL as it was called when nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub url: Vec<UrlForm>,
    /// Where the URL names the digest of a body that `{form}` does not cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_digest: Option<BodyDigest>,
}

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// HMAC with SHA-1 (RFC 2104). Broken for certificates, not as an HMAC (RFC 6194).
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// Ed25519 (RFC 8032); the secret is the public key.
    Ed25519,
    /// Nothing: the header holds the secret itself.
    Token,
}

impl Algorithm {
    /// Its name in a scheme.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "hmac-sha1",
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha512 => "hmac-sha512",
            Self::Ed25519 => "ed25519",
            Self::Token => "token",
        }
    }
}

/// Where a signature stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignaturePlace {
    /// In which header.
    pub header: Header,
    /// In which form.
    #[serde(default)]
    pub form: SignatureForm,
    /// As which text. Not for `token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
}

/// The form of a signature's header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SignatureForm {
    /// The signature, nothing else.
    #[default]
    Bare,
    /// The signature behind this text.
    Prefix(String),
    /// A list with one or more signatures under a key, among others.
    List {
        /// What stands between items.
        separator: char,
        /// What stands between an item's key and value.
        assign: char,
        /// The key of signatures. Others are not looked at.
        key: String,
    },
}

/// A signature as text. One form only, so that every other text is another signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Hex in small letters.
    Hex,
    /// Hex in capitals.
    HexUpper,
    /// Base64 with padding.
    Base64,
    /// Base64 of the URL alphabet, without padding.
    Base64Url,
}

impl Encoding {
    /// Its name in a scheme.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::HexUpper => "hex_upper",
            Self::Base64 => "base64",
            Self::Base64Url => "base64_url",
        }
    }
}

/// Where the time of sending stands, and how far it may be from ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimestampRule {
    /// Where.
    pub at: TimestampPlace,
    /// In which unit since the Unix epoch.
    pub unit: TimestampUnit,
    /// How far it may be off; as far as it likes when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Tolerance>,
}

/// Where the time of sending stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimestampPlace {
    /// In this header.
    Header(Header),
    /// In the body, which is signed.
    Body(Pointer),
    /// In the signature's list, under this key.
    Signature(String),
}

/// A timestamp's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimestampUnit {
    /// Seconds.
    S,
    /// Milliseconds.
    Ms,
}

/// How far the time of sending may be from ours, the bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Into the past, in seconds: replays of what was overheard.
    pub past_s: u32,
    /// Into the future, in seconds: clocks that run fast. Without it a replay could be dated ahead.
    pub future_s: u32,
}

/// What a provider takes for the URL that it called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlForm {
    /// As it was called.
    Called,
    /// With the scheme's port, where none was named.
    WithPort,
    /// Without a port.
    WithoutPort,
    /// With `:/?@!$'()*,;` decoded where they were percent-encoded.
    Decoded,
}

/// Where the URL, which is signed, names the SHA-256 of the body in hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyDigest {
    /// In this query parameter.
    pub query: String,
}

impl fmt::Display for TimestampPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(header) => write!(formatter, "header `{header}`"),
            Self::Body(pointer) => write!(formatter, "`{pointer}` in the body"),
            Self::Signature(key) => write!(formatter, "`{key}` in the signature's header"),
        }
    }
}
