//! Why no completion came of an answer. Nothing of the answer itself is told: whatever a model says, and a key that
//! an endpoint repeats, would come to light with it.

use serde_json::Value;

use crate::model::{CallFailure, FailureKind};

/// An answer that is no completion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The stream ended before it said that it was done: the connection broke, or the endpoint did.
    #[error("the model's stream broke off after chunk {chunk_count}")]
    BrokenOff {
        /// How many chunks had come.
        chunk_count: usize,
    },
    /// A chunk is not what the form allows.
    #[error("chunk {chunk} of the model's stream cannot be read")]
    Malformed {
        /// Which one, from 1.
        chunk: usize,
    },
    /// A completion that came in one piece is not what the form allows.
    #[error("the model's answer cannot be read")]
    Unreadable,
    /// More than [`limits::MAX_COMPLETION_BYTES`](crate::model::limits::MAX_COMPLETION_BYTES) of text or in one
    /// chunk, or a stream of more than 32 times as much. Another try would end the same way.
    #[error("the model's answer is too large")]
    TooLarge,
    /// The endpoint gave up, and said so inside of the stream.
    #[error("the model's stream ended with an error{}", of_code(code.as_deref()))]
    Failed {
        /// The status that this would have been.
        status: u16,
        /// In the endpoint's word.
        code: Option<String>,
    },
}

impl From<Error> for CallFailure {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::BrokenOff { .. } | Error::Malformed { .. } | Error::Unreadable => {
                FailureKind::Unreachable
            }
            Error::TooLarge => FailureKind::Refused,
            Error::Failed { status, .. } => FailureKind::Answered(status),
        };
        Self { kind, message: error.to_string() }
    }
}

fn of_code(code: Option<&str>) -> String {
    code.map(|code| format!(" (`{code}`)")).unwrap_or_default()
}

/// Longest code that is told.
const MAX_CODE_BYTES: usize = 64;

/// The word for what is wrong, `insufficient_quota` for one, in the body of an error. Only what can be nothing but
/// such a word is told, and nothing else of the body.
#[must_use]
pub fn error_code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    word(body.get("error")?)
}

/// What an `error` inside of a stream says.
pub(super) fn failed(error: &Value) -> Error {
    let status =
        error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = status.filter(|status| (400..=599).contains(status)).unwrap_or(502);
    Error::Failed { status, code: word(error) }
}

fn word(error: &Value) -> Option<String> {
    let is_word = |text: &&str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        !text.is_empty() && text.len() <= MAX_CODE_BYTES && text.bytes().all(plain)
    };
    let of = |name: &str| error.get(name).and_then(Value::as_str).filter(is_word);
    of("code").or_else(|| of("type")).map(ToOwned::to_owned)
}
