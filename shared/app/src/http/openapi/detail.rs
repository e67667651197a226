//! Errors of the dialects that answer with `{"detail": …}`: Phinite's and AI Planet's.

use serde_json::{Value, json};

use super::{LIMITED, at_function_or_gateway, limited, reference, refusal, set};

/// The schemas, by their names.
pub(super) fn schemas() -> Value {
    json!({
        "DetailError": {
            "type": "object",
            "properties": {"detail": {"type": "string"}},
            "required": ["detail"],
            "examples": [{"detail": "Trigger not found"}],
        },
        "DetailInvalid": {
            "type": "object",
            "properties": {"detail": {"type": "array", "items": reference("schemas/DetailFault")}},
            "required": ["detail"],
            "examples": [{"detail": [{
                "type": "dict_type", "loc": ["body", "user_variables"],
                "msg": "Input should be a valid dictionary", "input": "string",
            }]}],
        },
        "DetailFault": {
            "type": "object",
            "description": "One thing that is wrong with a request.",
            "properties": {
                "type": {"type": "string"},
                "loc": {
                    "type": "array",
                    "items": {"type": ["string", "integer"]},
                    "description": "Where: `body`, `path`, `query` or `header`, then names, indexes or the byte offset.",
                },
                "msg": {"type": "string"},
                "input": {"description": "What was there instead, if it is not too long."},
                "ctx": {
                    "type": "object",
                    "properties": {"error": {"type": "string"}},
                    "required": ["error"],
                },
            },
            "required": ["type", "loc", "msg", "input"],
        },
        "DetailInvalidProblem": {
            "description": "A problem with every fault of a request.",
            "type": "object",
            "properties": {
                "type": {"type": "string", "const": "about:blank"},
                "title": {"type": "string"},
                "status": {"type": "integer", "const": 422},
                "detail": {"type": "string"},
                "errors": {"type": "array", "items": reference("schemas/DetailFault")},
            },
            "required": ["type", "title", "status", "detail", "errors"],
        },
    })
}

/// The responses that refuse requests of a dialect with these statuses, by their names. On all of the function's are
/// `headers`.
pub(in crate::http) fn refusals(dialect: &str, headers: &Value, statuses: &[u16]) -> Value {
    let plain = reference("schemas/DetailError");
    let either = at_function_or_gateway("DetailError");
    let said = |description: &str, schema: &Value, more: &Value| {
        let mut all = headers.clone();
        for (name, header) in more.as_object().into_iter().flatten() {
            set(&mut all, name, header.clone());
        }
        refusal(description, schema, "Problem", &all)
    };
    let fixed =
        |value: &str| json!({"required": true, "schema": {"type": "string", "const": value}});
    let none = json!({});
    let said_of = [
        (
            401,
            said(
                "The key is missing, malformed, unknown, expired, revoked, or of another workspace.",
                &plain,
                &json!({"WWW-Authenticate": fixed("Bearer")}),
            ),
        ),
        (403, said("The key lacks a scope; or a firewall refused the request.", &either, &none)),
        (404, said("There is no such trigger or run, or the key may not see it.", &plain, &none)),
        (
            409,
            said(
                "The run has not ended, for what is done with ended runs; or it does not wait for this input, or was given another.",
                &plain,
                &none,
            ),
        ),
        (413, said("The body is too large.", &either, &none)),
        (
            415,
            said(
                "The body is not declared as JSON, or is compressed.",
                &plain,
                &json!({"Accept-Encoding": {
                    "description": "There where the body is compressed.",
                    "schema": {"type": "string", "const": "identity"},
                }}),
            ),
        ),
        (
            422,
            refusal(
                "The request is not valid; every fault is named with its place. Nothing was started.",
                &reference("schemas/DetailInvalid"),
                "DetailInvalidProblem",
                headers,
            ),
        ),
        (429, said(LIMITED, &either, &limited(json!({})))),
        (500, said("A defect. Nothing was promised.", &either, &none)),
        (
            503,
            said(
                "A service is out of reach. With an `Idempotency-Key` a retry starts nothing twice.",
                &plain,
                &json!({"Retry-After": reference("headers/RetryAfter")}),
            ),
        ),
    ];
    let said_of = said_of.into_iter().filter(|(status, _)| statuses.contains(status));
    said_of.map(|(status, said)| (format!("{dialect}{status}"), said)).collect()
}
