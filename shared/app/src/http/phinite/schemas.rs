//! The dialect's schemas in the OpenAPI document.

use serde_json::{Value, json};

use crate::http::openapi::{examples, extended, reference};

/// By their names.
pub(super) fn schemas() -> Value {
    extended(of_runs(), of_refusals())
}

fn of_runs() -> Value {
    json!({
        "PhiniteEnvironment": {"type": "string", "enum": ["DEV", "UAT", "PROD"]},
        "PhiniteStart": {
            "type": "object",
            "description": "The flow's input is one object: `message`, and the members of `user_variables`.",
            "properties": {
                "message": {"type": "string", "default": ""},
                "user_variables": {"type": "object", "additionalProperties": true, "default": {}},
            },
            "examples": [{"message": "Ada", "user_variables": {"key1": "value1"}}],
        },
        "PhiniteRun": {
            "type": "object",
            "properties": {
                "workflow_id": reference("schemas/RunId"),
                "response": {
                    "description": "The flow's output; an empty object where there is none (yet).",
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

fn of_refusals() -> Value {
    json!({
        "PhiniteError": {
            "type": "object",
            "properties": {"detail": {"type": "string"}},
            "required": ["detail"],
            "examples": [{"detail": "Trigger not found"}],
        },
        "PhiniteInvalid": {
            "type": "object",
            "properties": {"detail": {"type": "array", "items": reference("schemas/PhiniteFault")}},
            "required": ["detail"],
            "examples": [{"detail": [{
                "type": "dict_type", "loc": ["body", "user_variables"],
                "msg": "Input should be a valid dictionary", "input": "string",
            }]}],
        },
        "PhiniteFault": {
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
        "PhiniteInvalidProblem": {
            "description": "A problem with every fault of a request.",
            "type": "object",
            "properties": {
                "type": {"type": "string", "const": "about:blank"},
                "title": {"type": "string"},
                "status": {"type": "integer", "const": 422},
                "detail": {"type": "string"},
                "errors": {"type": "array", "items": reference("schemas/PhiniteFault")},
            },
            "required": ["type", "title", "status", "detail", "errors"],
        },
    })
}
