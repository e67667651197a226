//! Why a request is not taken for its provider's. For operators, logs and metrics: the wire says
//! 401 and nothing else. No secret, signature or body stands in any of it.

use super::SecretFault;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody configured a secret.
    #[error("no secret is configured, so nothing can be verified")]
    NoSecret,
    /// No configured secret can be used.
    #[error("the secret cannot be used: {0}")]
    UnusableSecret(SecretFault),
    /// A header that is needed is not there.
    #[error("the header `{0}` is missing")]
    MissingHeader(String),
    /// A header that is needed has no text.
    #[error("the header `{0}` is empty")]
    EmptyHeader(String),
    /// Two values where one is expected: which one was signed cannot be known.
    #[error("the header `{0}` is there more than once")]
    RepeatedHeader(String),
    /// A header is longer than any real one.
    #[error("the header `{0}` is too long")]
    OversizedHeader(String),
    /// A header is not text.
    #[error("the header `{0}` is not text")]
    UnreadableHeader(String),
    /// The signature's header holds none of the kind that is looked for.
    #[error("the header `{header}` holds no signature of the form {form}")]
    NoSignature {
        /// Its name.
        header: String,
        /// What was looked for: `sha256=…`.
        form: String,
    },
    /// More signatures than any real sender makes, each of which costs a comparison.
    #[error("the header `{0}` holds too many signatures")]
    TooManySignatures(String),
    /// No signature is written as its provider writes it.
    #[error("the signature in the header `{header}` is not {encoding} of the right length")]
    WrongEncoding {
        /// Its name.
        header: String,
        /// The encoding's name.
        encoding: &'static str,
    },
    /// The time of sending is not where it should be.
    #[error("the timestamp is missing: {0}")]
    MissingTimestamp(String),
    /// The time of sending is there more than once.
    #[error("the timestamp is there more than once: {0}")]
    RepeatedTimestamp(String),
    /// The time of sending is no number, or has more or fewer digits than a time of our age.
    #[error("the timestamp is no Unix time in its unit: {0}")]
    MalformedTimestamp(String),
    /// The body is larger than what is accepted anywhere.
    #[error("the body is too large")]
    BodyTooLarge,
    /// Neither form parameters nor a digest in the URL cover the body.
    #[error(
        "the signature does not cover this body: it is no form, and the URL names no digest of it"
    )]
    BodyNotSigned,
    /// The body claims to be a form and is none.
    #[error("the form cannot be read: {0}")]
    MalformedForm(&'static str),
    /// The signature is another one.
    #[error("the signature does not match")]
    Mismatch,
    /// Signed long ago: a replay, or a sender with a slow clock.
    #[error("signed {age_s} s ago, {past_s} s are accepted")]
    TooOld {
        /// How long ago, in seconds.
        age_s: u64,
        /// How long ago is accepted, in seconds.
        past_s: u32,
    },
    /// Signed in the future.
    #[error("signed {ahead_s} s ahead of this clock, {future_s} s are accepted")]
    TooNew {
        /// How far ahead, in seconds.
        ahead_s: u64,
        /// How far ahead is accepted, in seconds.
        future_s: u32,
    },
}

impl Refusal {
    /// A name for metrics and scripts.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoSecret => "no_secret",
            Self::UnusableSecret(_) => "unusable_secret",
            Self::MissingHeader(_) => "missing_header",
            Self::EmptyHeader(_) => "empty_header",
            Self::RepeatedHeader(_) => "repeated_header",
            Self::OversizedHeader(_) => "oversized_header",
            Self::UnreadableHeader(_) => "unreadable_header",
            Self::NoSignature { .. } => "no_signature",
            Self::TooManySignatures(_) => "too_many_signatures",
            Self::WrongEncoding { .. } => "wrong_encoding",
            Self::MissingTimestamp(_) => "missing_timestamp",
            Self::RepeatedTimestamp(_) => "repeated_timestamp",
            Self::MalformedTimestamp(_) => "malformed_timestamp",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyNotSigned => "body_not_signed",
            Self::MalformedForm(_) => "malformed_form",
            Self::Mismatch => "mismatch",
            Self::TooOld { .. } => "too_old",
            Self::TooNew { .. } => "too_new",
        }
    }

    /// How far the request came. Of several refusals, the one that came farthest is told.
    pub(super) const fn progress(&self) -> u8 {
        match self {
            Self::NoSecret => 0,
            Self::UnusableSecret(_) => 1,
            Self::MissingHeader(_) => 2,
            Self::TooOld { .. } | Self::TooNew { .. } => 5,
            Self::Mismatch => 4,
            _ => 3,
        }
    }
}
