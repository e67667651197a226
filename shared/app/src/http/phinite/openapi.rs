//! The dialect's part of the OpenAPI document.

use serde_json::{Map, Value, json};

use super::schemas;
use crate::{
    http::events::or_stream,
    http::openapi::{Part, detail_refusals, examples, reference, responses, set, set_limits},
    model::limits,
};

/// The paths of today and the older ones, with what tells their operations apart.
const PREFIXES: [(&str, &str); 2] = [("/api/v1/ai/trigger", ""), ("/trigger", "Older")];

/// What both routes that start a run refuse with.
const START_REFUSALS: [u16; 9] = [401, 403, 404, 413, 415, 422, 429, 500, 503];

/// What the status route refuses with.
const STATUS_REFUSALS: [u16; 6] = [401, 403, 404, 422, 500, 503];

/// The part.
pub(in crate::http) fn part() -> Part {
    let mut paths = Map::new();
    for (prefix, suffix) in PREFIXES {
        let run = format!("{prefix}/{{workspace_id}}/{{trigger_id}}/{{environment}}");
        let start = format!("{prefix}/start/{{workspace_id}}/{{trigger_id}}/{{environment}}");
        let status = format!("{prefix}/status/{{workspace_id}}/{{workflow_id}}");
        paths.insert(run, json!({"post": run_operation(suffix)}));
        paths.insert(start, json!({"post": start_operation(suffix)}));
        paths.insert(status, json!({"get": status_operation(suffix)}));
    }
    Part {
        tag: json!({
            "name": "Phinite",
            "description": "Run a trigger's flow and wait, or start it and ask. One envelope answers everything.",
        }),
        paths: Value::Object(paths),
        components: json!({
            "securitySchemes": {
                "workspaceKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A workspace's key, `Authorization: Bearer tk_…`.",
                },
            },
            "parameters": parameters(),
            "schemas": schemas::schemas(),
            "responses": detail_refusals("Phinite", &json!({}), &START_REFUSALS),
        }),
    }
}

fn run_operation(suffix: &str) -> Value {
    let mut operation = starting(suffix, "PhiniteStart");
    set(&mut operation, "operationId", json!(format!("phiniteRun{suffix}")));
    set(&mut operation, "summary", json!("Run a trigger's flow and wait for its end"));
    set(
        &mut operation,
        "description",
        json!(format!(
            "Waits for {} seconds at most. A run that takes longer is answered as `pending`, and goes on. Who accepts `text/event-stream` is told of the run as it happens instead.",
            limits::MAX_WAIT.as_secs()
        )),
    );
    if let Some(success) = operation.pointer_mut("/responses/200") {
        or_stream(success, false);
    }
    operation
}

fn start_operation(suffix: &str) -> Value {
    let mut operation = starting(suffix, "PhiniteBackgroundStart");
    set(&mut operation, "operationId", json!(format!("phiniteStart{suffix}")));
    set(&mut operation, "summary", json!("Start a trigger's flow in the background"));
    operation
}

/// What the two have in common.
fn starting(suffix: &str, body: &str) -> Value {
    let status = json!({
        "operationId": format!("phiniteStatus{suffix}"),
        "description": "How the run stands.",
        "parameters": {
            "workspace_id": "$request.path.workspace_id",
            "workflow_id": "$response.body#/workflow_id",
        },
    });
    let mut headers = json!({"Idempotency-Replayed": reference("headers/IdempotencyReplayed")});
    set_limits(&mut headers);
    let success = json!({
        "200": {
            "description": "The run: ended, or stored and queued.",
            "headers": headers,
            "content": {"application/json": {"schema": reference("schemas/PhiniteRun")}},
            "links": {"status": status},
        },
    });
    json!({
        "operationId": "",
        "summary": "",
        "tags": ["Phinite"],
        "security": [{"workspaceKey": []}],
        "parameters": [
            reference("parameters/PhiniteWorkspace"),
            reference("parameters/PhiniteTrigger"),
            reference("parameters/PhiniteEnvironment"),
            reference("parameters/IdempotencyKey"),
            reference("parameters/TraceParent"),
        ],
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": reference(&format!("schemas/{body}"))}},
        },
        "responses": responses(success, "Phinite", &START_REFUSALS),
    })
}

fn status_operation(suffix: &str) -> Value {
    let success = json!({
        "200": {
            "description": "The run as it stands.",
            "content": {"application/json": {"schema": reference("schemas/PhiniteRun")}},
        },
    });
    json!({
        "operationId": format!("phiniteStatus{suffix}"),
        "summary": "Read a run: its state, result and log",
        "tags": ["Phinite"],
        "security": [{"workspaceKey": []}],
        "parameters": [
            reference("parameters/PhiniteWorkspace"),
            {
                "name": "workflow_id",
                "in": "path",
                "required": true,
                "schema": reference("schemas/RunId"),
                "example": examples::RUN,
            },
            {
                "name": "logs",
                "in": "query",
                "description": "`all` pages through the whole log; without, the five newest lines are told.",
                "schema": {"type": "string", "enum": ["all"]},
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "With `logs=all`: the `next_cursor` of the page before.",
                "schema": {"type": "string", "pattern": r"^\d{1,10}\.\d{1,10}$"},
            },
            reference("parameters/TraceParent"),
        ],
        "responses": responses(success, "Phinite", &STATUS_REFUSALS),
    })
}

fn parameters() -> Value {
    let named = |name: &str, description: &str, schema: Value, example: &str| {
        json!({
            "name": name, "in": "path", "required": true, "description": description,
            "schema": schema, "example": example,
        })
    };
    let id = || reference("schemas/Id");
    json!({
        "PhiniteWorkspace": named("workspace_id", "The key's workspace.", id(), examples::WORKSPACE),
        "PhiniteTrigger": named("trigger_id", "A trigger of the workspace.", id(), examples::TRIGGER),
        "PhiniteEnvironment": named(
            "environment",
            "Which of the flow's versions runs; the case of the letters does not matter.",
            reference("schemas/PhiniteEnvironment"),
            "DEV",
        ),
    })
}
