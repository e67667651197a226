//! Errors in the words of the emulator's own server, which keeps this translation to itself. The two front ends are
//! compared in tests.

use dynoxide::DynoxideError;

/// The answer to an operation that is not served.
pub(crate) const UNKNOWN_OPERATION: &[u8] =
    br#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

/// An error as the operation answers it: the three writes of a single item wrap what their validation found, the others
/// tell it bare.
pub(crate) fn as_answered(operation: &str, error: DynoxideError) -> DynoxideError {
    match (operation, error) {
        ("PutItem" | "UpdateItem" | "DeleteItem", DynoxideError::EnvelopedValidation(message)) => {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        (_, error) => error,
    }
}

/// The error for a body that is not the operation's request. The emulator's deserializers mark what they refuse by a
/// prefix on serde's message; of what they leave to serde, an SDK can only send a member that is missing.
pub(crate) fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let text = error.to_string();
    let bare = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    if let Some(message) = bare.strip_prefix("VALIDATION_REQUEST:") {
        DynoxideError::EnvelopedValidation(message.to_owned())
    } else if let Some(message) = bare.strip_prefix("VALIDATION:") {
        DynoxideError::ValidationException(message.to_owned())
    } else {
        DynoxideError::ValidationException(text)
    }
}
