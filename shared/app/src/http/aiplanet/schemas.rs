//! The dialect's schemas in the OpenAPI document.

use serde_json::{Value, json};

use super::{
    answer::word,
    batch::{KEY, MAX_ITEMS},
    openapi_files,
};
use crate::{
    http::{
        detail::RUN_AT,
        openapi::{examples, reference, set},
    },
    model::{Status, limits},
    runs::InputKind,
};

/// By their names.
pub(super) fn schemas() -> Value {
    let mut states = Status::ALL.map(word).to_vec();
    states.sort_unstable();
    states.dedup();
    json!({
        "AiPlanetStatus": {
            "type": "string",
            "enum": states,
            "description": "`waiting` is a run that waits for a person or an event; `failed` is also what ran out of time.",
        },
        "AiPlanetStart": start(),
        "AiPlanetBackgroundStart": background_start(),
        "AiPlanetBatch": {
            "type": "object",
            "properties": {
                "items": {
                    "type": "array",
                    "items": reference("schemas/AiPlanetBatchItem"),
                    "minItems": 1,
                    "maxItems": MAX_ITEMS,
                },
            },
            "required": ["items"],
        },
        "AiPlanetBatchItem": batch_item(),
        "AiPlanetBatchAnswer": batch_answer(),
        "AiPlanetReplay": replay(),
        "AiPlanetInput": input(),
        "AiPlanetFile": openapi_files::file(),
        "AiPlanetUpload": openapi_files::announced(),
        "AiPlanetStarted": started(),
        "AiPlanetAnswer": answer(),
        "AiPlanetRunSummary": run(json!({}), &[]),
        "AiPlanetRun": run(
            json!({
                "parent_run_id": {
                    "type": ["string", "null"],
                    "format": "uuid",
                    "description": "The run that this one does again.",
                },
                "run_at": {
                    "type": ["string", "null"],
                    "format": "date-time",
                    "description": "When the run was to begin; null for one that was to begin at once.",
                },
                "output": {"description": "The flow's output; null where there is none (yet)."},
                "error": {"type": ["string", "null"], "description": "Why the run failed."},
                "requires_input": {
                    "type": "boolean",
                    "description": "Whether the run waits for a person. Then there is a `question`, and an `input_url` for whose key may start runs. A run that waits for an event has an `input_id` alone.",
                },
                "input_id": reference("schemas/InputId"),
                "question": {"type": "string"},
                "choices": {
                    "type": "array", "items": {"type": "string"},
                    "description": "The answers there are, where there are only these.",
                },
                "input_url": {
                    "type": "string", "format": "uri",
                    "description": "By which a person can answer. Whoever has it may.",
                },
            }),
            &["parent_run_id", "run_at", "output", "error", "requires_input"],
        ),
        "AiPlanetRuns": {
            "type": "object",
            "properties": {
                "runs": {"type": "array", "items": reference("schemas/AiPlanetRunSummary")},
                "next_cursor": {
                    "type": ["string", "null"],
                    "description": "The `cursor` of the next page; null on the last one.",
                },
            },
            "required": ["runs", "next_cursor"],
        },
        "AiPlanetThread": {
            "type": ["string", "null"],
            "description": "The conversation. Runs of one thread share context and run one after another.",
            "pattern": "^[A-Za-z0-9_-]{1,64}$",
            "examples": [examples::RUN],
        },
    })
}

/// A body of a start that is followed.
fn start() -> Value {
    json!({
        "type": "object",
        "properties": {
            "workflow_configuration_id": {"type": "string", "description": "The trigger."},
            "inputs": {
                "type": "array",
                "items": reference("schemas/AiPlanetInput"),
                "description": "What the flow declares, each name once.",
            },
            "thread_id": reference("schemas/AiPlanetThread"),
        },
        "required": ["workflow_configuration_id"],
        "examples": [{
            "workflow_configuration_id": examples::TRIGGER,
            "inputs": [{"name": "message", "type": "text", "value": "Ada"}],
        }],
    })
}

/// A body of a start that nobody waits for.
fn background_start() -> Value {
    let mut start = start();
    if let Some(properties) = start.get_mut("properties") {
        set(properties, RUN_AT, reference("schemas/RunAt"));
    }
    start
}

fn batch_item() -> Value {
    let mut item = background_start();
    if let Some(properties) = item.get_mut("properties") {
        let key = json!({
            "type": ["string", "null"],
            "description": "As the header `Idempotency-Key` of a start of its own.",
            "minLength": 1,
            "maxLength": limits::MAX_IDEMPOTENCY_KEY_BYTES,
        });
        set(properties, KEY, key);
    }
    item
}

fn batch_answer() -> Value {
    let item = json!({
        "type": "object",
        "properties": {
            "status": {
                "type": "integer",
                "minimum": 202,
                "maximum": 599,
                "description": "The status that a start of its own would have been answered with.",
            },
            "replayed": {
                "type": "boolean",
                "description": "Whether an earlier call with the same key had started the run.",
            },
            "run": reference("schemas/AiPlanetStarted"),
            "retry_after_s": {
                "type": "integer",
                "minimum": 1,
                "description": "As the header `Retry-After` of a start of its own, in seconds.",
            },
            "error": {
                "description": "Why there is no run; places are those in the item.",
                "anyOf": [reference("schemas/DetailError"), reference("schemas/DetailInvalid")],
            },
        },
        "required": ["status"],
    });
    json!({
        "type": "object",
        "properties": {"items": {"type": "array", "items": item}},
        "required": ["items"],
    })
}

fn replay() -> Value {
    json!({
        "type": "object",
        "properties": {
            "inputs": {
                "type": ["array", "null"],
                "items": reference("schemas/AiPlanetInput"),
                "description": "In place of all that the run had; the same as it had where they are absent.",
            },
        },
        "examples": [{}, {"inputs": [{"name": "message", "type": "text", "value": "Ada"}]}],
    })
}

fn answer() -> Value {
    json!({
        "type": "object",
        "properties": {
            "data": {"description": "The answer: one of the choices, or whatever the flow asks for."},
            "type": {
                "type": ["string", "null"],
                "description": "The type of the event, where the run waits for several.",
            },
            "input_id": {
                "anyOf": [reference("schemas/InputId"), {"type": "null"}],
                "description": "Which question this answers; else the one that is open, or was last.",
            },
        },
        "required": ["data"],
        "examples": [{"data": "approve"}],
    })
}

fn input() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "type": {"type": "string", "enum": InputKind::ALL.map(InputKind::as_str)},
            "value": {
                "description": "Of this type. A file or an image is the id of an uploaded file, or an `https` address. The flow gets an object of `name`, `media_type`, `size_bytes` and `url`, or the URL alone where it declares a string.",
            },
        },
        "required": ["name", "type", "value"],
    })
}

fn started() -> Value {
    json!({
        "type": "object",
        "properties": {
            "run_id": reference("schemas/RunId"),
            "status": {"type": "string", "const": word(Status::Queued)},
            "thread_id": reference("schemas/AiPlanetThread"),
            "workflow_configuration_id": reference("schemas/Id"),
            "created_at": {"type": "string", "format": "date-time"},
        },
        "required": [
            "run_id", "status", "thread_id", "workflow_configuration_id", "created_at",
        ],
        "examples": [{
            "run_id": examples::RUN, "status": "pending", "thread_id": examples::RUN,
            "workflow_configuration_id": examples::TRIGGER,
            "created_at": "2026-02-09T23:24:39.120Z",
        }],
    })
}

/// A run, with what else is told of it.
fn run(more: Value, required: &[&str]) -> Value {
    let mut properties = json!({
            "run_id": reference("schemas/RunId"),
            "status": reference("schemas/AiPlanetStatus"),
            "thread_id": reference("schemas/AiPlanetThread"),
            "workflow_configuration_id": reference("schemas/Id"),
            "environment": {"type": "string", "enum": ["DEV", "UAT", "PROD"]},
            "created_at": {"type": "string", "format": "date-time"},
            "ended_at": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "Null while the run goes on.",
            },
    });
    let mut names = vec![
        "run_id",
        "status",
        "thread_id",
        "workflow_configuration_id",
        "environment",
        "created_at",
        "ended_at",
    ];
    names.extend(required);
    if let (Value::Object(all), Value::Object(more)) = (&mut properties, more) {
        all.extend(more);
    }
    json!({"type": "object", "properties": properties, "required": names})
}
