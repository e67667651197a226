//! The dialect's schemas in the OpenAPI document.

use serde_json::{Value, json};

use super::reply::RETRY_AFTER_S;
use crate::http::openapi::{examples, reference};

/// By their names.
pub(super) fn schemas() -> Value {
    let state = json!({
        "type": "string",
        "enum": ["PENDING", "RUNNING", "PAUSED", "COMPLETE", "FAILED", "TIMEOUT"],
    });
    json!({
        "PinkfishInputs": {
            "type": "object",
            "description": "The flow's inputs, by their names.",
            "additionalProperties": true,
        },
        "PinkfishTexts": {
            "type": "object",
            "description": "Texts, which become what the flow's schema declares. A name that repeats is a list.",
            "additionalProperties": true,
        },
        "PinkfishState": state,
        "PinkfishExecution": execution(),
        "PinkfishResult": result(),
        "PinkfishProgress": progress(),
        "PinkfishTimeout": timeout(),
        "PinkfishError": {
            "type": "object",
            "properties": {
                "error": {"type": "string", "description": "The status code in words."},
                "message": {"type": "string"},
            },
            "required": ["error", "message"],
            "examples": [{"error": "Not Found", "message": "Trigger not found"}],
        },
    })
}

fn execution() -> Value {
    json!({
        "type": "object",
        "properties": {
            "automationId": {"type": "string", "description": "The flow's name."},
            "automationVersion": {"type": "integer", "minimum": 0},
            "automationName": {"type": "string"},
            "id": reference("schemas/RunId"),
            "type": {"type": "string", "const": "TRIGGER"},
            "stepMap": {
                "type": "object",
                "description": "The version of each step, by its number.",
                "additionalProperties": {"type": "integer"},
            },
            "inputs": {"description": "The flow's inputs; an empty text where there are none."},
            "triggerId": reference("schemas/Id"),
            "results": {"type": "array", "items": reference("schemas/PinkfishResult")},
            "started": reference("schemas/Timestamp"),
            "startedBy": {"type": "string", "description": "The workspace."},
            "status": reference("schemas/PinkfishState"),
            "selectedResult": {"description": "The flow's output; null where there is none (yet)."},
            "error": {"type": "string", "description": "Why the run failed; else absent."},
        },
        "required": [
            "automationId", "automationVersion", "automationName", "id", "type", "stepMap", "inputs",
            "triggerId", "results", "started", "startedBy", "status", "selectedResult",
        ],
        "examples": [{
            "automationId": "hello", "automationVersion": 1, "automationName": "hello",
            "id": examples::RUN, "type": "TRIGGER", "stepMap": {"1": 1},
            "inputs": {"message": "Ada"}, "triggerId": "hello",
            "results": [{
                "stepIndex": 1, "stepVersion": 1,
                "result": {
                    "stepIndex": 1, "resultType": "json", "result": {"reply": "Hello, Ada!"},
                },
                "exitCode": 0, "duration": 0,
            }],
            "started": "2026-02-09T23:24:39Z", "startedBy": "demo", "status": "COMPLETE",
            "selectedResult": {"reply": "Hello, Ada!"},
        }],
    })
}

fn result() -> Value {
    json!({
        "type": "object",
        "properties": {
            "stepIndex": {"type": "integer", "minimum": 1},
            "stepVersion": {"type": "integer", "minimum": 0},
            "result": {
                "type": "object",
                "properties": {
                    "stepIndex": {"type": "integer", "minimum": 1},
                    "resultType": {"type": "string", "enum": ["markdown", "plaintext", "json"]},
                    "result": {"description": "What the step put out, or why it failed."},
                },
                "required": ["stepIndex", "resultType", "result"],
            },
            "exitCode": {"type": "integer", "enum": [0, 1]},
            "duration": {"type": "integer", "minimum": 0, "description": "In milliseconds."},
        },
        "required": ["stepIndex", "stepVersion", "result", "exitCode", "duration"],
    })
}

fn progress() -> Value {
    json!({
        "type": "object",
        "properties": {
            "automationId": {"type": "string", "description": "The flow's name."},
            "runId": reference("schemas/RunId"),
            "status": reference("schemas/PinkfishState"),
            "stepStatus": {
                "type": "object",
                "description": "The state of each step, by its number.",
                "additionalProperties": reference("schemas/PinkfishState"),
            },
            "stepInfo": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "status": reference("schemas/PinkfishState"),
                        "name": {"type": "string"},
                        "executionOrder": {"type": "integer", "minimum": 1},
                    },
                    "required": ["status", "name", "executionOrder"],
                },
            },
        },
        "required": ["automationId", "runId", "status", "stepStatus", "stepInfo"],
        "examples": [{
            "automationId": "hello", "runId": examples::RUN, "status": "COMPLETE",
            "stepStatus": {"1": "COMPLETE"},
            "stepInfo": {"1": {"status": "COMPLETE", "name": "greet", "executionOrder": 1}},
        }],
    })
}

fn timeout() -> Value {
    json!({
        "type": "object",
        "properties": {
            "status": {"type": "string", "const": "timeout"},
            "message": {"type": "string"},
            "runId": reference("schemas/RunId"),
            "automationId": {"type": "string", "description": "The flow's name."},
            "statusUrl": {"type": "string", "format": "uri"},
            "resultsUrl": {"type": "string", "format": "uri"},
            "retryAfterSeconds": {"type": "integer", "const": RETRY_AFTER_S},
        },
        "required": [
            "status", "message", "runId", "automationId", "statusUrl", "resultsUrl",
            "retryAfterSeconds",
        ],
    })
}
