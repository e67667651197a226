//! What came back over HTTP, and how a snapshot shows it.

use std::fmt::{self, Display, Write as _};

use bytes::Bytes;
use http::HeaderMap;
use regex_lite::Regex;
use serde_json::Value;

/// An answer, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// A header's text, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.body)))
    }

    /// The body of a run that completed.
    #[track_caller]
    pub fn response(&self) -> Value {
        let mut body = self.json();
        assert_eq!((self.status, &body["status"]), (200, &Value::from("completed")), "{self}");
        body["response"].take()
    }

    /// The id of the run.
    #[track_caller]
    pub fn workflow_id(&self) -> String {
        let body = self.json();
        let id = body["workflow_id"].as_str();
        id.unwrap_or_else(|| panic!("no run: {self}")).to_owned()
    }

    /// Everything but the date: what must not tell one cause from another.
    pub fn without_date(&self) -> Self {
        let mut answer = self.clone();
        answer.headers.remove(http::header::DATE);
        answer
    }
}

/// Status, headers but those of the framing, and the body.
impl Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.status)?;
        for (name, value) in &self.headers {
            if name != http::header::DATE && name != http::header::CONTENT_LENGTH {
                writeln!(formatter, "{name}: {}", value.to_str().unwrap_or("[not text]"))?;
            }
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(value) => writeln!(formatter, "{value:#}"),
            Err(_) => writeln!(formatter, "{}", String::from_utf8_lossy(&self.body)),
        }
    }
}

/// Several answers for one snapshot, with what changes from run to run taken out.
#[derive(Default)]
pub struct Transcript(String);

impl Transcript {
    /// Adds an answer under a heading.
    pub fn note(&mut self, what: &str, answer: &Answer) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "## {what}\n{answer}");
    }
}

impl Display for Transcript {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changing = [
            (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[run]"),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "[time]"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", "[time]"),
            (r"\d+ ms", "[n] ms"),
            (r#""duration": \d+"#, r#""duration": [n]"#),
            (r"ask_[A-Za-z0-9_-]{75}", "[token]"),
            (r"file_[A-Za-z0-9_-]{75,}", "[file]"),
            (r"/files/[0-9a-f]{64}\?[^\x22]*", "/files/[signed]"),
            (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
        ];
        let mut text = self.0.clone();
        for (pattern, name) in changing {
            text = Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
        }
        formatter.write_str(text.trim_end())
    }
}
