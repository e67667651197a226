//! The dialect's part of the OpenAPI document.

use serde_json::{Value, json};

use super::{
    list::{DEFAULT_LIMIT, MAX_LIMIT},
    openapi_files::{self, FILES},
    reply::{CORS, PREFLIGHT},
    schemas,
};
use crate::{
    http::{
        events::stream,
        openapi::{Part, detail_refusals, examples, reference, responses, set, set_limits},
    },
    model::limits,
};

const TRIGGER: &str = "/api/v1/apps/workflow-execution/trigger";
const STREAM: &str = "/api/v1/apps/workflow-execution/trigger/stream";
const BATCH: &str = "/api/v1/apps/workflow-execution/batch";
const RUNS: &str = "/api/v1/apps/workflow-execution/runs";
const RUN: &str = "/api/v1/apps/workflow-execution/runs/{run_id}";
const EVENTS: &str = "/api/v1/apps/workflow-execution/runs/{run_id}/events";
const CANCEL: &str = "/api/v1/apps/workflow-execution/runs/{run_id}/cancel";
const RETRY: &str = "/api/v1/apps/workflow-execution/runs/{run_id}/retry";
const REPLAY: &str = "/api/v1/apps/workflow-execution/runs/{run_id}/replay";

const INPUT: &str = "/api/v1/apps/workflow-execution/runs/{run_id}/input";

const START_REFUSALS: [u16; 9] = [401, 403, 404, 413, 415, 422, 429, 500, 503];
const AGAIN_REFUSALS: [u16; 10] = [401, 403, 404, 409, 413, 415, 422, 429, 500, 503];
const RETRY_REFUSALS: [u16; 8] = [401, 403, 404, 409, 422, 429, 500, 503];
const BATCH_REFUSALS: [u16; 7] = [401, 403, 413, 415, 422, 500, 503];

const ENVIRONMENT: &str = "The environment is the furthest of `PROD`, `UAT` and `DEV` that trigger and key are open for and that serves the flow.";
const LIST_REFUSALS: [u16; 5] = [401, 403, 422, 500, 503];
const EVENTS_REFUSALS: [u16; 6] = [401, 403, 404, 422, 500, 503];
const RUN_REFUSALS: [u16; 5] = [401, 403, 404, 500, 503];
const INPUT_REFUSALS: [u16; 9] = [401, 403, 404, 409, 413, 415, 422, 500, 503];

/// The part.
pub(in crate::http) fn part() -> Part {
    let of_run = || json!([run_parameter()]);
    let [(_, origin), (_, exposed)] = CORS;
    // The gateway's own answers are without.
    let of_function = |value: &str| json!({"schema": {"type": "string", "const": value}});
    Part {
        tag: json!({
            "name": "AI Planet",
            "description": "Start a workflow configuration, which is a trigger, with typed inputs; then ask for its run, follow it, list runs, cancel one, do one again, or answer one that waits for input.",
        }),
        paths: json!({
            TRIGGER: {
                "post": trigger(),
                "options": preflight("aiPlanetTriggerOptions", &json!([])),
            },
            BATCH: {"post": batch(), "options": preflight("aiPlanetBatchOptions", &json!([]))},
            FILES: openapi_files::path(),
            STREAM: {
                "post": stream_trigger(),
                "options": preflight("aiPlanetStreamOptions", &json!([])),
            },
            RUNS: {"get": list(), "options": preflight("aiPlanetRunsOptions", &json!([]))},
            RUN: {"get": run(), "options": preflight("aiPlanetRunOptions", &of_run())},
            EVENTS: {"get": events(), "options": preflight("aiPlanetEventsOptions", &of_run())},
            INPUT: {"post": input(), "options": preflight("aiPlanetInputOptions", &of_run())},
            CANCEL: {"post": cancel(), "options": preflight("aiPlanetCancelOptions", &of_run())},
            RETRY: {"post": retry(), "options": preflight("aiPlanetRetryOptions", &of_run())},
            REPLAY: {"post": replay(), "options": preflight("aiPlanetReplayOptions", &of_run())},
        }),
        components: json!({
            "headers": {
                "AiPlanetOrigin": of_function(origin),
                "AiPlanetExposedHeaders": of_function(exposed),
            },
            "schemas": schemas::schemas(),
            "responses": detail_refusals("AiPlanet", &cors(), &AGAIN_REFUSALS),
        }),
    }
}

/// The answer to a start.
fn started() -> Value {
    let mut headers = cors();
    set(&mut headers, "Idempotency-Replayed", reference("headers/IdempotencyReplayed"));
    set_limits(&mut headers);
    let run = json!({"run_id": "$response.body#/run_id"});
    json!({
        "202": {
            "description": "The run is stored and queued.",
            "headers": headers,
            "content": {"application/json": {"schema": reference("schemas/AiPlanetStarted")}},
            "links": {
                "run": {"operationId": "aiPlanetRun", "parameters": run},
                "events": {"operationId": "aiPlanetRunEvents", "parameters": run},
                "cancel": {"operationId": "aiPlanetCancel", "parameters": run},
            },
        },
    })
}

fn batch() -> Value {
    let mut success = answer("What became of each item, in their order.", "AiPlanetBatchAnswer");
    if let Some(headers) = success.pointer_mut("/200/headers") {
        set_limits(headers);
    }
    let mut operation = operation(
        "aiPlanetBatch",
        "Start up to a hundred runs",
        &[reference("parameters/IdempotencyKey")],
        &responses(success, "AiPlanet", &BATCH_REFUSALS),
    );
    let description = "Each item is a start of its own: what is wrong with one stops no other. Files are named by their ids here. The key makes a repeat of the whole safe; it counts for the items without one of their own, by their place in the list.";
    set(&mut operation, "description", json!(description));
    set(
        &mut operation,
        "requestBody",
        json!({
            "required": true,
            "content": {"application/json": {"schema": reference("schemas/AiPlanetBatch")}},
        }),
    );
    operation
}

fn retry() -> Value {
    let mut operation = operation(
        "aiPlanetRetry",
        "Do a run again that has ended: the same input, the same version of the flow",
        &[run_parameter(), reference("parameters/IdempotencyKey")],
        &responses(started(), "AiPlanet", &RETRY_REFUSALS),
    );
    let description =
        "In the same environment and thread. Needs the scopes `trigger` and `read_results`.";
    set(&mut operation, "description", json!(description));
    operation
}

fn replay() -> Value {
    let mut operation = operation(
        "aiPlanetReplay",
        "Do a run again that has ended, in the version of the flow that is served now",
        &[run_parameter(), reference("parameters/IdempotencyKey")],
        &responses(started(), "AiPlanet", &AGAIN_REFUSALS),
    );
    let description = "In the same environment and thread, with the same input, or with other inputs in place of all of it. Needs the scopes `trigger` and `read_results`.";
    set(&mut operation, "description", json!(description));
    set(
        &mut operation,
        "requestBody",
        json!({"content": {"application/json": {"schema": reference("schemas/AiPlanetReplay")}}}),
    );
    operation
}

fn trigger() -> Value {
    starting(
        "aiPlanetTrigger",
        "Start a workflow configuration in the background",
        ENVIRONMENT.to_owned(),
        "AiPlanetBackgroundStart",
        started(),
    )
}

fn stream_trigger() -> Value {
    let mut headers = cors();
    set(&mut headers, "Idempotency-Replayed", reference("headers/IdempotencyReplayed"));
    set_limits(&mut headers);
    let success = json!({"200": stream("The run as it happens. It is stored, and goes on whatever becomes of the stream.", &headers)});
    let description = format!(
        "After {} s the stream ends with `reconnect`. {ENVIRONMENT}",
        limits::STREAM.as_secs()
    );
    starting(
        "aiPlanetStream",
        "Start a workflow configuration and follow its run",
        description,
        "AiPlanetStart",
        success,
    )
}

/// What both routes that start a run have in common.
fn starting(id: &str, summary: &str, description: String, body: &str, success: Value) -> Value {
    let mut operation = operation(
        id,
        summary,
        &[reference("parameters/IdempotencyKey")],
        &responses(success, "AiPlanet", &START_REFUSALS),
    );
    set(&mut operation, "description", Value::String(description));
    set(
        &mut operation,
        "requestBody",
        json!({
            "required": true,
            "content": {"application/json": {"schema": reference(&format!("schemas/{body}"))}},
        }),
    );
    operation
}

fn list() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let time = || json!({"type": "string", "format": "date-time"});
    let parameters = [
        query("trigger", "Of this workflow configuration only.", reference("schemas/Id")),
        query("status", "In this state only.", reference("schemas/AiPlanetStatus")),
        query("thread_id", "Of this thread only.", reference("schemas/Id")),
        query("since", "Started at this moment or later.", time()),
        query("until", "Started before this moment.", time()),
        query(
            "limit",
            "Most runs on the page.",
            json!({
                "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT,
            }),
        ),
        query("cursor", "The `next_cursor` of the page before.", json!({"type": "string"})),
    ];
    let success = answer("A page of runs, the newest first.", "AiPlanetRuns");
    operation(
        "aiPlanetRuns",
        "List runs",
        &parameters,
        &responses(success, "AiPlanet", &LIST_REFUSALS),
    )
}

fn run() -> Value {
    let success = answer("The run as it stands.", "AiPlanetRun");
    operation(
        "aiPlanetRun",
        "Read a run: its state and output",
        &[run_parameter()],
        &responses(success, "AiPlanet", &RUN_REFUSALS),
    )
}

fn events() -> Value {
    let last = |name: &str, place: &str, description: &str| {
        json!({
            "name": name, "in": place, "description": description,
            "schema": {"type": "integer", "minimum": 0, "maximum": u32::MAX},
        })
    };
    let parameters = [
        run_parameter(),
        last("Last-Event-ID", "header", "Go on behind the event with this id."),
        last("last_event_id", "query", "The same, for who cannot send the header."),
    ];
    let success = json!({
        "200": stream("The run as it happens, from its start or from where the caller left it.", &cors()),
        "204": {"description": "The run has ended, and the caller has seen its last event.", "headers": cors()},
    });
    operation(
        "aiPlanetRunEvents",
        "Follow a run",
        &parameters,
        &responses(success, "AiPlanet", &EVENTS_REFUSALS),
    )
}

fn cancel() -> Value {
    let schema = reference("schemas/AiPlanetRunSummary");
    let said = |description: &str| {
        json!({
            "description": description,
            "headers": cors(),
            "content": {"application/json": {"schema": schema}},
        })
    };
    let success = json!({
        "200": said("The run had ended before, or has now."),
        "202": said("The run is going to end."),
    });
    operation(
        "aiPlanetCancel",
        "Cancel a run",
        &[run_parameter()],
        &responses(success, "AiPlanet", &RUN_REFUSALS),
    )
}

fn input() -> Value {
    let mut headers = cors();
    set(&mut headers, "Idempotency-Replayed", reference("headers/IdempotencyReplayed"));
    let said = |description: &str| {
        json!({
            "description": description,
            "headers": headers,
            "content": {"application/json": {"schema": reference("schemas/AiPlanetRunSummary")}},
        })
    };
    let success = json!({
        "200": said("The run had been given this answer before, and has ended since."),
        "202": said("The answer is stored, now or before, and the run goes on with it."),
    });
    let mut operation = operation(
        "aiPlanetInput",
        "Answer a run that waits for input",
        &[run_parameter()],
        &responses(success, "AiPlanet", &INPUT_REFUSALS),
    );
    set(
        &mut operation,
        "description",
        json!(
            "The first answer counts. The same one again changes nothing, another one is refused."
        ),
    );
    set(
        &mut operation,
        "requestBody",
        json!({
            "required": true,
            "content": {"application/json": {"schema": reference("schemas/AiPlanetAnswer")}},
        }),
    );
    operation
}

pub(super) fn operation(id: &str, summary: &str, parameters: &[Value], responses: &Value) -> Value {
    let trace = reference("parameters/TraceParent");
    let parameters: Vec<_> = parameters.iter().chain([&trace]).collect();
    json!({
        "operationId": id,
        "summary": summary,
        "tags": ["AI Planet"],
        "security": [{"workspaceKey": []}],
        "parameters": parameters,
        "responses": responses,
    })
}

fn answer(description: &str, schema: &str) -> Value {
    json!({
        "200": {
            "description": description,
            "headers": cors(),
            "content": {"application/json": {"schema": reference(&format!("schemas/{schema}"))}},
        },
    })
}

pub(super) fn preflight(id: &str, parameters: &Value) -> Value {
    let mut parameters = parameters.clone();
    // Nothing is looked up, so any id will do.
    for parameter in parameters.as_array_mut().into_iter().flatten() {
        set(parameter, "schema", json!({"type": "string", "minLength": 1}));
    }
    let mut headers = cors();
    let [(_, methods), (_, allowed), (_, max_age)] = PREFLIGHT;
    let fixed = |schema: Value| json!({"required": true, "schema": schema});
    set(
        &mut headers,
        "Access-Control-Allow-Methods",
        fixed(json!({"type": "string", "const": methods})),
    );
    set(
        &mut headers,
        "Access-Control-Allow-Headers",
        fixed(json!({"type": "string", "const": allowed})),
    );
    set(
        &mut headers,
        "Access-Control-Max-Age",
        fixed(json!({"type": "integer", "const": max_age.parse::<u32>().ok()})),
    );
    let success = json!({"204": {"description": "What a page may ask.", "headers": headers}});
    json!({
        "operationId": id,
        "summary": "Ask what a browser's page may ask",
        "tags": ["AI Planet"],
        "security": [],
        "parameters": parameters,
        "responses": responses(success, "Gateway", &[]),
    })
}

fn run_parameter() -> Value {
    json!({
        "name": "run_id", "in": "path", "required": true,
        "schema": reference("schemas/RunId"), "example": examples::RUN,
    })
}

/// On every answer of the dialect's functions.
pub(super) fn cors() -> Value {
    json!({
        "Access-Control-Allow-Origin": reference("headers/AiPlanetOrigin"),
        "Access-Control-Expose-Headers": reference("headers/AiPlanetExposedHeaders"),
    })
}
