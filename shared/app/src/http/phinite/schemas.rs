//! The dialect's schemas in the OpenAPI document.

use serde_json::{Value, json};

use crate::http::{
    detail::RUN_AT,
    openapi::{examples, reference, set},
};

/// A body of a call that waits.
fn start() -> Value {
    json!({
        "type": "object",
        "description": "The flow's input is one object: `message`, and the members of `user_variables`.",
        "properties": {
            "message": {"type": "string", "default": ""},
            "user_variables": {"type": "object", "additionalProperties": true, "default": {}},
        },
        "examples": [{"message": "Ada", "user_variables": {"key1": "value1"}}],
    })
}

/// A body of one that does not.
fn background_start() -> Value {
    let mut start = start();
    if let Some(properties) = start.get_mut("properties") {
        set(properties, RUN_AT, reference("schemas/RunAt"));
    }
    start
}

/// By their names.
pub(super) fn schemas() -> Value {
    json!({
        "PhiniteEnvironment": {"type": "string", "enum": ["DEV", "UAT", "PROD"]},
        "PhiniteStart": start(),
        "PhiniteBackgroundStart": background_start(),
        "PhiniteRun": {
            "type": "object",
            "properties": {
                "workflow_id": reference("schemas/RunId"),
                "response": {
                    "description": "The flow's output; an empty object where there is none (yet); while the run waits for a person, the `question`, its `choices`, its `input_id`, and the `input_url` by which it can be answered.",
                },
                "status": {
                    "type": "string",
                    "enum": ["pending", "completed", "failed"],
                    "description": "`failed` is also what was cancelled or ran out of time.",
                },
                "logs": {
                    "type": "array",
                    "items": reference("schemas/PhiniteLogLine"),
                    "description": "The newest lines, or a page of all; oldest first.",
                },
                "requires_input": {
                    "type": "boolean",
                    "description": "Whether the run waits for a person.",
                },
                "error": {"type": ["string", "null"], "description": "Why a run failed."},
                "next_cursor": {
                    "type": "string",
                    "description": "The `cursor` of the log's next page; absent from the last one.",
                },
            },
            "required": ["workflow_id", "response", "status", "logs", "requires_input", "error"],
            "examples": [{
                "workflow_id": examples::RUN,
                "response": {"reply": "Hello, Ada!"},
                "status": "completed",
                "logs": [{
                    "time": "2026-02-09 23:24:39", "level": "info", "node_id": "greet",
                    "message": "Completed greet", "status": "completed", "user_logs_type": "",
                }],
                "requires_input": false,
                "error": null,
            }],
        },
        "PhiniteLogLine": {
            "type": "object",
            "properties": {
                "time": {
                    "type": "string",
                    "description": "In UTC.",
                    "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$",
                },
                "level": {"type": "string", "enum": ["debug", "info", "warning", "error"]},
                "node_id": {"type": "string", "description": "The flow's task."},
                "message": {"type": "string"},
                "status": {"type": "string"},
                "user_logs_type": {"type": "string"},
            },
            "required": ["time", "level", "node_id", "message", "status", "user_logs_type"],
        },
    })
}
