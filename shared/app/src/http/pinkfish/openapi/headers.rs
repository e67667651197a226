//! The dialect's headers, and the answer to browsers, which is nothing else.

use serde_json::{Value, json};

use crate::http::{
    openapi::{reference, responses, set},
    pinkfish::reply::{CORS, EXPOSED_HEADERS, PREFLIGHT_HEADERS, PREFLIGHT_MAX_AGE_S},
};

/// The components.
pub(super) fn components() -> Value {
    let [(_, origin), (_, allowed), (_, methods)] = CORS;
    // The gateway's own answers are without.
    let of_function = |value: &str| json!({"schema": {"type": "string", "const": value}});
    json!({
        "PinkfishOrigin": of_function(origin),
        "PinkfishAllowedHeaders": of_function(allowed),
        "PinkfishAllowedMethods": of_function(methods),
        "PinkfishExposedHeaders": of_function(EXPOSED_HEADERS),
        "PinkfishRunId": {"required": true, "schema": reference("schemas/RunId")},
        "PinkfishAutomationId": {
            "description": "The flow's name.", "required": true, "schema": {"type": "string"},
        },
        "PinkfishNotKept": fixed("no-store"),
        "PinkfishNotTold": fixed("no-referrer"),
    })
}

/// A header that never says anything else.
pub(super) fn fixed(value: &str) -> Value {
    json!({"required": true, "schema": {"type": "string", "const": value}})
}

/// On every answer of the dialect's functions.
pub(super) fn cors() -> Value {
    json!({
        "Access-Control-Allow-Origin": reference("headers/PinkfishOrigin"),
        "Access-Control-Allow-Headers": reference("headers/PinkfishAllowedHeaders"),
        "Access-Control-Allow-Methods": reference("headers/PinkfishAllowedMethods"),
        "Access-Control-Expose-Headers": reference("headers/PinkfishExposedHeaders"),
    })
}

/// On an answer about a run.
pub(super) fn of_run() -> Value {
    let mut headers = cors();
    set(&mut headers, "X-Pf-Run-Id", reference("headers/PinkfishRunId"));
    set(&mut headers, "X-Pf-Automation-Id", reference("headers/PinkfishAutomationId"));
    headers
}

/// On an answer that holds a permission.
pub(super) fn private() -> Value {
    let mut headers = cors();
    set(&mut headers, "Cache-Control", reference("headers/PinkfishNotKept"));
    set(&mut headers, "Referrer-Policy", reference("headers/PinkfishNotTold"));
    headers
}

/// The operation by which browsers ask what they may ask.
pub(super) fn preflight(id: &str, mut parameters: Value) -> Value {
    // Nothing is looked up, so any id will do.
    for parameter in parameters.as_array_mut().into_iter().flatten() {
        set(parameter, "schema", json!({"type": "string", "minLength": 1}));
    }
    let mut headers = cors();
    set(&mut headers, "Access-Control-Allow-Headers", fixed(PREFLIGHT_HEADERS));
    set(
        &mut headers,
        "Access-Control-Max-Age",
        json!({"required": true, "schema": {"type": "integer", "const": PREFLIGHT_MAX_AGE_S}}),
    );
    let success = json!({"204": {"description": "What a page may ask.", "headers": headers}});
    json!({
        "operationId": id,
        "summary": "Ask what a browser's page may ask",
        "tags": ["Pinkfish"],
        "security": [],
        "parameters": parameters,
        "responses": responses(success, "Gateway", &[]),
    })
}
