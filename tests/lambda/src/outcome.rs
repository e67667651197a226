//! What became of an invocation.

use std::process::ExitStatus;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use support::Answer;

/// Ends the metadata of a streamed answer (Lambda developer guide, "Response streaming").
const DELIMITER: [u8; 8] = [0; 8];

/// What became of an invocation.
#[derive(Debug)]
pub enum Outcome {
    /// The function answered.
    Reply(Reply),
    /// The function says that it failed.
    Failed(Report),
    /// The time was over; the process was killed, as Lambda does.
    TimedOut,
    /// The process ended by itself.
    Exited(ExitStatus),
}

/// An answer as the function posted it.
#[derive(Debug)]
pub struct Reply {
    /// The headers of the post.
    pub headers: HeaderMap,
    /// Its body, in the pieces that came.
    pub pieces: Vec<Bytes>,
    /// What came after the body.
    pub trailers: HeaderMap,
}

/// A failure as the function reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The header `Lambda-Runtime-Function-Error-Type`.
    pub kind: String,
    /// The body.
    pub body: Value,
}

impl Outcome {
    /// The answer.
    #[track_caller]
    pub fn reply(self) -> Reply {
        match self {
            Self::Reply(reply) => reply,
            other => panic!("no answer: {other:?}"),
        }
    }

    /// The answer as JSON, which must have come in one piece.
    #[track_caller]
    pub fn json(self) -> Value {
        let reply = self.reply();
        assert!(!reply.is_streamed(), "streamed: {reply:?}");
        serde_json::from_slice(&reply.body()).unwrap()
    }

    /// What the gateway would make of the answer.
    #[track_caller]
    pub fn http(self) -> Answer {
        let reply = self.reply();
        if reply.is_streamed() { reply.streamed_http() } else { reply.buffered_http() }
    }
}

impl Reply {
    /// Whether it was posted as a stream.
    pub fn is_streamed(&self) -> bool {
        self.headers
            .get("lambda-runtime-function-response-mode")
            .is_some_and(|mode| mode == "streaming")
    }

    /// The whole body.
    pub fn body(&self) -> Bytes {
        self.pieces.concat().into()
    }

    /// As a REST API reads a whole answer.
    #[track_caller]
    fn buffered_http(&self) -> Answer {
        let answer: Value = serde_json::from_slice(&self.body()).unwrap();
        let mut headers = HeaderMap::new();
        for member in ["headers", "multiValueHeaders"] {
            // What stands in both is said once (API Gateway developer guide, Lambda proxy output).
            for (name, value) in answer[member].as_object().into_iter().flatten() {
                let name: HeaderName = name.parse().unwrap();
                headers.remove(&name);
                append(&mut headers, &name, value);
            }
        }
        let text = answer["body"].as_str().unwrap_or_default();
        let body = match answer["isBase64Encoded"].as_bool() {
            Some(true) => STANDARD.decode(text).unwrap().into(),
            _ => Bytes::copy_from_slice(text.as_bytes()),
        };
        Answer { status: status(&answer), headers, body }
    }

    /// As a REST API reads a streamed one: metadata in JSON, eight zero bytes, the body.
    #[track_caller]
    fn streamed_http(&self) -> Answer {
        let content_type = "application/vnd.awslambda.http-integration-response";
        assert_eq!(self.headers[http::header::CONTENT_TYPE], content_type);
        let whole = self.body();
        let end = whole.windows(DELIMITER.len()).position(|window| window == DELIMITER);
        let end = end.unwrap_or_else(|| panic!("no end of the metadata: {whole:?}"));
        let metadata: Value = serde_json::from_slice(&whole[..end]).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in metadata["headers"].as_object().into_iter().flatten() {
            append(&mut headers, &name.parse().unwrap(), value);
        }
        Answer { status: status(&metadata), headers, body: whole.slice(end + DELIMITER.len()..) }
    }
}

#[track_caller]
fn status(answer: &Value) -> u16 {
    let status = answer["statusCode"].as_u64();
    status.unwrap_or_else(|| panic!("no status: {answer}")).try_into().unwrap()
}

fn append(headers: &mut HeaderMap, name: &HeaderName, value: &Value) {
    let values = value.as_array().map_or_else(|| vec![value.clone()], Clone::clone);
    for value in values {
        headers.append(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
    }
}

/// The messages that a batch's answer names as failed.
#[track_caller]
pub fn failures(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array();
    let failures = failures.unwrap_or_else(|| panic!("no answer to a batch: {answer}"));
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap()).collect()
}
