//! Spans, and their form on the wire: OTLP 1.x in its JSON encoding.

use serde_json::{Value, json};

use super::trace::Context;

/// What a span was on its two sides (OpenTelemetry protocol, `Span.SpanKind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Internal = 1,
    Server = 2,
    Client = 3,
    Consumer = 5,
}

/// Something that took time, and has ended.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) context: Context,
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) side: Side,
    /// Nanoseconds since the Unix epoch.
    pub(super) began_ns: u64,
    /// Nanoseconds since the Unix epoch.
    pub(super) ended_ns: u64,
    pub(super) attributes: Vec<(&'static str, Value)>,
    pub(super) failed: bool,
}

impl Span {
    fn to_json(&self) -> Value {
        let mut span = json!({
            "traceId": self.context.trace_id(),
            "spanId": format!("{:016x}", self.id),
            "name": self.name,
            "kind": self.side as u8,
            // 64-bit numbers are texts in the JSON form of protocol buffers.
            "startTimeUnixNano": self.began_ns.to_string(),
            "endTimeUnixNano": self.ended_ns.to_string(),
            "attributes": attributes(&self.attributes),
            // Unset or error: whether all was well is the reader's to say.
            "status": if self.failed { json!({"code": 2}) } else { json!({}) },
        });
        if let (Some(parent), Some(members)) = (self.context.parent, span.as_object_mut()) {
            members.insert("parentSpanId".to_owned(), format!("{parent:016x}").into());
        }
        span
    }
}

/// The body of an export request.
pub(super) fn request(service: &str, spans: &[Span]) -> Value {
    let resource = attributes(&[("service.name", service.into())]);
    let spans: Vec<Value> = spans.iter().map(Span::to_json).collect();
    json!({"resourceSpans": [{
        "resource": {"attributes": resource},
        "scopeSpans": [{
            "scope": {"name": "trigger-api", "version": env!("CARGO_PKG_VERSION")},
            "spans": spans,
        }],
    }]})
}

fn attributes(given: &[(&'static str, Value)]) -> Value {
    let attribute = |(name, value): &(&str, Value)| {
        let value = match value {
            Value::Bool(flag) => json!({"boolValue": flag}),
            Value::Number(number) => json!({"intValue": number.to_string()}),
            Value::String(text) => json!({"stringValue": text}),
            // Nobody gives another one.
            _ => return None,
        };
        Some(json!({"key": name, "value": value}))
    };
    given.iter().filter_map(attribute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_form_of_otlp() {
        let context =
            Context::read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
        let span = Span {
            context,
            id: 0xb7,
            name: "GET".to_owned(),
            side: Side::Client,
            began_ns: 1_770_679_479_000_000_001,
            ended_ns: 1_770_679_479_250_000_000,
            attributes: vec![
                ("server.address", "example.com".into()),
                ("http.response.status_code", 503.into()),
                ("faas.coldstart", false.into()),
            ],
            failed: true,
        };
        let expected = json!({"resourceSpans": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "prod"}}]},
            "scopeSpans": [{
                "scope": {"name": "trigger-api", "version": env!("CARGO_PKG_VERSION")},
                "spans": [{
                    "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                    "spanId": "00000000000000b7",
                    "parentSpanId": "00f067aa0ba902b7",
                    "name": "GET",
                    "kind": 3,
                    "startTimeUnixNano": "1770679479000000001",
                    "endTimeUnixNano": "1770679479250000000",
                    "attributes": [
                        {"key": "server.address", "value": {"stringValue": "example.com"}},
                        {"key": "http.response.status_code", "value": {"intValue": "503"}},
                        {"key": "faas.coldstart", "value": {"boolValue": false}},
                    ],
                    "status": {"code": 2},
                }],
            }],
        }]});
        assert_eq!(request("prod", &[span]), expected);
    }

    #[test]
    fn a_span_that_nothing_is_above_names_no_parent() {
        let span = Span {
            context: Context::of_run("run"),
            id: 1,
            name: "GET".to_owned(),
            side: Side::Server,
            began_ns: 0,
            ended_ns: 1,
            attributes: Vec::new(),
            failed: false,
        };
        let span = span.to_json();
        assert_eq!((span.get("parentSpanId"), &span["status"]), (None, &json!({})));
    }
}
