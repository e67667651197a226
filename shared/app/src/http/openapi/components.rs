//! Components that several parts refer to.

use serde_json::{Value, json};

use crate::model::limits;

/// What the examples are about: the workspace and trigger that a new local stack comes with.
pub(in crate::http) mod examples {
    /// The workspace.
    pub(in crate::http) const WORKSPACE: &str = "demo";
    /// A trigger, and its flow.
    pub(in crate::http) const TRIGGER: &str = "hello";
    /// A run.
    pub(in crate::http) const RUN: &str = "019c4b5e-6f70-7a81-92b3-c4d5e6f70819";
}

/// The Components Object.
pub(super) fn components() -> Value {
    let longest = limits::MAX_IDEMPOTENCY_KEY_BYTES;
    json!({
        "schemas": {
            "Problem": problem(),
            "Id": {
                "type": "string",
                "description": "The id of a workspace or a trigger.",
                "pattern": "^[A-Za-z0-9_-]{1,64}$",
            },
            "RunId": {
                "type": "string",
                "format": "uuid",
                "description": "A run's id, a UUIDv7: ids sort by the start of their runs.",
                "examples": [examples::RUN],
            },
            "InputId": {
                "type": "string",
                "description": "One time that a run waits for input.",
                "pattern": "^[0-9a-f]{16}$",
            },
            "Timestamp": {
                "type": "string",
                "description": "A moment in UTC, to the second.",
                "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
                "examples": ["2026-02-09T23:24:39Z"],
            },
            "RunAt": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": format!(
                    "When the run is to begin, at most {} days ahead. At once where it is absent or past.",
                    limits::MAX_DELAYED_START.as_secs() / (24 * 60 * 60),
                ),
                "examples": ["2026-02-09T23:24:39Z"],
            },
        },
        "parameters": {
            "IdempotencyKey": {
                "name": "Idempotency-Key",
                "in": "header",
                "description": format!(
                    "Makes a retry safe: the same key and body give the same run for 24 hours, another body is refused. Bare, or quoted; at most {longest} characters."
                ),
                "schema": {
                    "type": "string",
                    // What is quoted may begin with a quotation mark itself.
                    "pattern": format!(
                        "^([!#-~]([\\t -~]{{0,{}}}[!-~])?|\"[\\t -~]{{1,{longest}}}\")$",
                        longest - 2
                    ),
                },
                "example": "order-4711",
            },
            "TraceParent": {
                "name": "traceparent",
                "in": "header",
                "description": "The caller's trace (W3C Trace Context). It is continued by the run and put on what the run calls. What is no trace is ignored.",
                "schema": {"type": "string"},
                "example": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            },
        },
        "headers": {
            "IdempotencyReplayed": {
                "description": "There where an earlier call with the same key had started the run.",
                "schema": {"type": "string", "const": "true"},
            },
            "RateLimit": {
                "description": "How the caller stands with each limit that counts its starts: `r` are left, and there is one more after `t` seconds. Only where something is limited (draft-ietf-httpapi-ratelimit-headers).",
                "schema": {"type": "string", "pattern": r#"^"[a-z]+";r=\d+;t=\d+(, "[a-z]+";r=\d+;t=\d+)*$"#},
                "example": "\"key\";r=19;t=1, \"workspace\";r=80;t=2",
            },
            "RateLimitPolicy": {
                "description": "Those limits: `q` starts at once, and as many again after `w` seconds.",
                "schema": {"type": "string", "pattern": r#"^"[a-z]+";q=\d+;w=\d+(, "[a-z]+";q=\d+;w=\d+)*$"#},
                "example": "\"key\";q=20;w=2, \"workspace\";q=100;w=10",
            },
            "RetryAfter": {
                "description": "Seconds to wait before the next try.",
                "required": true,
                "schema": {"type": "integer", "minimum": 1},
            },
        },
    })
}

/// RFC 9457, as every dialect answers who accepts it.
fn problem() -> Value {
    json!({
        "type": "object",
        "description": "An error for who sends `Accept: application/problem+json` (RFC 9457).",
        "properties": {
            "type": {"type": "string", "const": "about:blank"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
        },
        "required": ["type", "title", "status", "detail"],
        "examples": [{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Trigger not found"}],
    })
}
