//! An OTLP collector that keeps what it is sent.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::telemetry;

use crate::{Call, Target};

/// A span as it was exported.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its trace's id.
    pub trace: String,
    /// Its own id.
    pub id: String,
    /// The id of the span above it.
    pub parent: Option<String>,
    /// Its name.
    pub name: String,
    /// 1 internal, 2 server, 3 client, 5 consumer.
    pub kind: u64,
    /// By name.
    pub attributes: BTreeMap<String, Value>,
    /// Whether it ended as an error.
    pub failed: bool,
    /// Nanoseconds from its beginning to its end.
    pub duration_ns: u64,
}

/// The collector. It ends with its runtime.
pub struct Collector {
    target: Target,
}

impl Collector {
    /// One that accepts everything.
    pub async fn start() -> Self {
        Self::answering(200).await
    }

    /// One that answers with this status code; 0 means never.
    pub async fn answering(status: u16) -> Self {
        Self { target: Target::start(move |_| (status, json!({"partialSuccess": {}}))).await }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.target.url
    }

    /// What a process is told, so that its spans come here.
    pub fn settings(&self) -> telemetry::Settings {
        settings(self.url())
    }

    /// The requests that reached it.
    pub fn requests(&self) -> Vec<Call> {
        self.target.calls()
    }

    /// All spans that reached it.
    #[track_caller]
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        for request in self.requests() {
            assert_eq!((&*request.method, &*request.path), ("POST", "/v1/traces"));
            assert_eq!(request.header("content-type"), "application/json");
            for resource in list(&request.body["resourceSpans"]) {
                let service = &attributes(&resource["resource"])["service.name"];
                assert_eq!(service, "trigger-api");
                for scope in list(&resource["scopeSpans"]) {
                    spans.extend(list(&scope["spans"]).iter().map(Span::read));
                }
            }
        }
        spans
    }
}

/// Settings of a process whose collector is at `url`.
pub fn settings(url: &str) -> telemetry::Settings {
    telemetry::Settings { spans: url.parse().unwrap(), ..telemetry::Settings::default() }
}

impl Span {
    /// Of OTLP's JSON, whose form is looked at, too.
    #[track_caller]
    fn read(span: &Value) -> Self {
        let id = |name: &str, digits: usize| {
            let id = span[name].as_str().unwrap_or_else(|| panic!("no {name}: {span}"));
            let sound = id.len() == digits && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(sound && !id.trim_matches('0').is_empty(), "{name}: {span}");
            id.to_owned()
        };
        let time = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
        let began_ns = time("startTimeUnixNano");
        assert!(began_ns > 1_700_000_000_000_000_000, "{span}");
        Self {
            trace: id("traceId", 32),
            id: id("spanId", 16),
            parent: span.get("parentSpanId").map(|_| id("parentSpanId", 16)),
            name: span["name"].as_str().unwrap().to_owned(),
            kind: span["kind"].as_u64().unwrap(),
            attributes: attributes(span),
            failed: span["status"]["code"] == 2,
            duration_ns: time("endTimeUnixNano").checked_sub(began_ns).expect("ended too early"),
        }
    }
}

#[track_caller]
fn attributes(holder: &Value) -> BTreeMap<String, Value> {
    let value = |value: &Value| {
        if let Some(number) = value["intValue"].as_str() {
            return number.parse::<u64>().unwrap().into();
        }
        let plain = value.get("stringValue").or_else(|| value.get("boolValue"));
        plain.unwrap_or_else(|| panic!("not a value: {value}")).clone()
    };
    let read = |one: &Value| (one["key"].as_str().unwrap().to_owned(), value(&one["value"]));
    list(&holder["attributes"]).iter().map(read).collect()
}

#[track_caller]
fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}
