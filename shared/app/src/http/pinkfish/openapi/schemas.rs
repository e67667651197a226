//! The dialect's schemas in the OpenAPI document.

use serde_json::{Value, json};

use crate::{
    http::{
        openapi::{examples, reference},
        pinkfish::reply::RETRY_AFTER_S,
    },
    model::limits,
};

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
        "PinkfishForm": {
            "type": "object",
            "description": format!(
                "Texts and files, at most {} of them; neither executables nor scripts. The flow reads a file as an object of `name`, `contentType`, `size` and `url`.",
                limits::MAX_FILES
            ),
            "additionalProperties": {"type": "string", "format": "binary"},
        },
        "PinkfishState": state,
        "PinkfishExecution": execution(),
        "PinkfishResult": result(),
        "PinkfishProgress": progress(),
        "PinkfishTimeout": timeout(),
        "PinkfishDelivery": delivery(),
        "PinkfishPrescribed": {
            "type": "object",
            "description": "What the provider that called has to be answered, such as the challenge of its handshake.",
            "additionalProperties": true,
            // It would be taken for a run else.
            "not": {"required": ["automationId"]},
            "examples": [{"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}, {"type": 5}],
        },
        "PinkfishFile": file(),
        "PinkfishUpload": upload(),
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
            "requiresInput": {
                "type": "boolean", "const": true,
                "description": "There while the run waits for a person, with a `question`, and an `inputUrl` for whose key may start runs.",
            },
            "inputId": reference("schemas/InputId"),
            "question": {"type": "string"},
            "choices": {
                "type": "array", "items": {"type": "string"},
                "description": "The answers there are, where there are only these.",
            },
            "inputUrl": {
                "type": "string", "format": "uri",
                "description": "By which a person can answer. Whoever has it may.",
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

fn delivery() -> Value {
    json!({
        "type": "object",
        "properties": {
            "automationId": {"type": "string", "description": "The flow's name."},
            "runId": reference("schemas/RunId"),
            "status": reference("schemas/PinkfishState"),
            "statusUrl": {"type": "string", "format": "uri"},
            "resultsUrl": {"type": "string", "format": "uri"},
        },
        "required": ["automationId", "runId", "status", "statusUrl", "resultsUrl"],
    })
}

fn file() -> Value {
    json!({
        "type": "object",
        "description": "A file that is going to be uploaded; no executable and no script.",
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "description": format!(
                    "Its name: {} bytes at most, without control characters.",
                    limits::MAX_FILE_NAME_BYTES
                ),
            },
            "size": {
                "type": "integer", "minimum": 1, "maximum": limits::MAX_FILE_BYTES,
                "description": "Its length in bytes, exactly.",
            },
            "contentType": {
                "type": ["string", "null"],
                "pattern": "^[ -~]*/[ -~]*$",
                "maxLength": 255,
                "description": "Its media type.",
            },
        },
        "required": ["name", "size"],
        "examples": [{"name": "report.pdf", "size": 48213, "contentType": "application/pdf"}],
    })
}

fn upload() -> Value {
    json!({
        "type": "object",
        "properties": {
            "fileId": {
                "type": "string",
                "pattern": "^file_[A-Za-z0-9_-]+$",
                "description": "The input that stands for the file.",
            },
            "uploadUrl": {"type": "string", "format": "uri"},
            "method": {"type": "string", "const": "PUT"},
            "headers": {
                "type": "object",
                "description": "What the upload has to send, word for word.",
                "additionalProperties": {"type": "string"},
            },
            "expiresInSeconds": {"type": "integer", "const": limits::UPLOAD.as_secs()},
        },
        "required": ["fileId", "uploadUrl", "method", "headers", "expiresInSeconds"],
    })
}
