//! The route of a trigger, and what its own URL has in common with it.

use serde_json::{Map, Value, json};

use super::headers::{self, preflight};
use crate::http::{
    events::or_stream,
    openapi::{examples, reference, responses, set, set_limits},
};

const PATH: &str = "/ext/triggers/{triggerId}";

const POST_REFUSALS: [u16; 10] = [400, 401, 403, 404, 413, 415, 422, 429, 500, 503];
/// Files that were uploaded first may be too large together, whatever names them.
const GET_REFUSALS: [u16; 9] = [400, 401, 403, 404, 413, 422, 429, 500, 503];

/// The paths.
pub(super) fn paths() -> Map<String, Value> {
    let item = json!({
        "post": post_operation(),
        "get": get_operation(),
        "options": preflight("pinkfishTriggerOptions", json!([trigger_parameter()])),
    });
    Map::from_iter([(PATH.to_owned(), item)])
}

fn post_operation() -> Value {
    let mut operation = starting("pinkfishTrigger", &POST_REFUSALS);
    set(&mut operation, "summary", json!("Start a trigger's flow with a body"));
    set(
        &mut operation,
        "requestBody",
        json!({
            "description": "The flow's inputs. A name in the body hides the same name of the query.",
            "required": false,
            "content": {
                "application/json": {
                    "schema": reference("schemas/PinkfishInputs"),
                    "example": {"message": "Ada"},
                },
                "application/x-www-form-urlencoded": {
                    "schema": reference("schemas/PinkfishTexts"),
                    "example": {"message": "Ada"},
                },
                "multipart/form-data": {"schema": reference("schemas/PinkfishForm")},
            },
        }),
    );
    operation
}

fn get_operation() -> Value {
    let mut operation = starting("pinkfishTriggerByQuery", &GET_REFUSALS);
    set(&mut operation, "summary", json!("Start a trigger's flow with a query"));
    operation
}

/// What the two have in common.
fn starting(id: &str, refusals: &[u16]) -> Value {
    let mut of_run = headers::of_run();
    set_limits(&mut of_run);
    set(&mut of_run, "Idempotency-Replayed", reference("headers/IdempotencyReplayed"));
    let mut success = json!({
        "200": {
            "description": "The run's end where it was waited for, else null: the run is named in the headers. For who accepts `text/event-stream`, the run as it happens.",
            "headers": of_run,
            "content": {"application/json": {"schema": {"anyOf": [
                {"type": "null"},
                reference("schemas/PinkfishExecution"),
            ]}}},
            "links": links(),
        },
        "202": {
            "description": "The wait is over and the run goes on.",
            "headers": waited_headers(),
            "content": {"application/json": {"schema": reference("schemas/PinkfishTimeout")}},
            "links": links(),
        },
    });
    if let Some(ended) = success.get_mut("200") {
        or_stream(ended, false);
    }
    json!({
        "operationId": id,
        "summary": "",
        "description": "The environment is the furthest of `PROD`, `UAT` and `DEV` that trigger and key are open for and that serves the flow.",
        "tags": ["Pinkfish"],
        "security": [{"apiKey": []}],
        "parameters": [
            trigger_parameter(),
            query_parameter(),
            reference("parameters/PinkfishWait"),
            reference("parameters/IdempotencyKey"),
            reference("parameters/TraceParent"),
        ],
        "responses": responses(success, "Pinkfish", refusals),
    })
}

/// The trigger, in the path.
pub(super) fn trigger_parameter() -> Value {
    json!({
        "name": "triggerId", "in": "path", "required": true,
        "schema": reference("schemas/Id"), "example": examples::TRIGGER,
    })
}

/// The key, in the path.
pub(super) fn key_parameter() -> Value {
    json!({
        "name": "apiKey", "in": "path", "required": true,
        "description": "The token of the trigger's URL; or a workspace's key, where the workspace allows keys in paths.",
        "schema": {"type": "string", "minLength": 1},
    })
}

/// Inputs in the query.
pub(super) fn query_parameter() -> Value {
    json!(
    {
        "name": "inputs",
        "in": "query",
        "description": "Inputs of the flow, by their own names.",
        "style": "form",
        "explode": true,
        "schema": reference("schemas/PinkfishTexts"),
        "example": {"message": "Ada"},
    }
    )
}

/// How a client goes on from a start.
fn links() -> Value {
    let run = json!({
        "automationId": "$response.header.X-Pf-Automation-Id",
        "runId": "$response.header.X-Pf-Run-Id",
    });
    json!({
        "status": {"operationId": "pinkfishStatus", "parameters": run},
        "results": {"operationId": "pinkfishResults", "parameters": run},
    })
}

/// On the answer to a wait that is over.
pub(super) fn waited_headers() -> Value {
    let mut headers = headers::of_run();
    set(&mut headers, "Idempotency-Replayed", reference("headers/IdempotencyReplayed"));
    set_limits(&mut headers);
    set(&mut headers, "Retry-After", reference("headers/RetryAfter"));
    headers
}
