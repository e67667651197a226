//! What the stack answers, and whether it is right.

use std::borrow::Cow;

use http::StatusCode;
use serde::Deserialize;

/// The members of the envelope that are looked at.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    workflow_id: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    response: Response<'a>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    reply: Option<Cow<'a, str>>,
}

/// How a run stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It has not ended.
    Pending,
    /// It has ended well, with the reply to its own message.
    Completed,
}

/// A run's id and state, of an answer to whatever concerns the run that got `message`.
pub(crate) fn read(
    status: StatusCode,
    body: &[u8],
    message: &str,
) -> Result<(String, State), String> {
    let wrong = |what: &str| format!("{what}: {status} {}", String::from_utf8_lossy(body));
    if status != StatusCode::OK {
        return Err(wrong("an error answer"));
    }
    let envelope: Envelope<'_> =
        serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let state = match (&*envelope.status, envelope.response.reply) {
        ("pending", None) => State::Pending,
        // Messages are all different, and none is a part of another.
        ("completed", Some(reply)) if reply.contains(message) => State::Completed,
        _ => return Err(wrong(&format!("a wrong answer to {message:?}"))),
    };
    Ok((envelope.workflow_id.into_owned(), state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(status: &str, response: &str) -> String {
        format!(
            r#"{{"workflow_id": "id", "response": {response}, "status": "{status}", "logs": [], "error": null}}"#
        )
    }

    #[test]
    fn a_completed_run_must_have_the_reply_to_its_own_message() {
        let body = envelope("completed", r#"{"reply": "You said m-17"}"#);
        let read = |message| read(StatusCode::OK, body.as_bytes(), message);
        assert_eq!(read("m-17"), Ok(("id".to_owned(), State::Completed)));
        assert!(read("m-18").is_err());
    }

    #[test]
    fn a_pending_run_has_no_reply() {
        let pending = envelope("pending", "{}");
        assert_eq!(
            read(StatusCode::OK, pending.as_bytes(), "m"),
            Ok(("id".to_owned(), State::Pending))
        );
    }

    #[test]
    fn failed_runs_and_error_codes_are_faults() {
        let failed = envelope("failed", "{}");
        assert!(read(StatusCode::OK, failed.as_bytes(), "m").is_err());
        let completed = envelope("completed", r#"{"reply": "m"}"#);
        assert!(read(StatusCode::INTERNAL_SERVER_ERROR, completed.as_bytes(), "m").is_err());
    }
}
