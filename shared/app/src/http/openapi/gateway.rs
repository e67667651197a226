//! What the gateway answers itself, on every route and before any function.

use serde_json::{Value, json};

use super::{Part, reference, refusal};

/// Its status codes. Those that dialects use too stand in the dialects' parts.
pub(super) const STATUSES: [u16; 7] = [400, 403, 413, 429, 431, 500, 504];

/// The gateway's part, which has no path of its own.
pub(super) fn part() -> Part {
    let said = |description: &str, headers: &Value| {
        refusal(description, &reference("schemas/GatewayError"), "Problem", headers)
    };
    let nothing = json!({});
    let retry = json!({"Retry-After": reference("headers/RetryAfter")});
    Part {
        tag: json!({
            "name": "Gateway",
            "description": "What is answered before a function is asked. Deployed, always as `application/json`.",
        }),
        paths: json!({}),
        components: json!({
            "schemas": {
                "GatewayError": {
                    "type": "object",
                    "description": "An error of the gateway, whatever the route's dialect.",
                    "properties": {
                        "detail": {"type": "string"},
                        "error": {"type": "string"},
                        "message": {"type": "string"},
                    },
                    "required": ["detail", "error", "message"],
                    "examples": [{"detail": "Not Found", "error": "Not Found", "message": "Not Found"}],
                },
            },
            "responses": {
                "Gateway400": said("The request did not arrive as it was announced.", &nothing),
                "Gateway403": said("A firewall of the deployment refused the request.", &nothing),
                "Gateway413": said("The body is too large for the gateway.", &nothing),
                "Gateway429": said(
                    "All callers together ask too often. Nothing was started; deployed only.",
                    &retry,
                ),
                "Gateway431": said("Request line and header values are over 10,240 bytes.", &nothing),
                "Gateway500": said("The function failed without an answer.", &nothing),
                "Gateway504": said(
                    "The function did not answer in time. With an `Idempotency-Key` a retry starts nothing twice; deployed only.",
                    &nothing,
                ),
            },
        }),
    }
}
