//! The route of a trigger's own URL, which providers call.

use serde_json::{Map, Value, json};

use super::{
    headers::{cors, preflight},
    trigger::{key_parameter, query_parameter, trigger_parameter, waited_headers},
};
use crate::http::openapi::{reference, responses, set, set_limits};

const PATH: &str = "/ext/webhook/{apiKey}/triggers/{triggerId}";

const POST_REFUSALS: [u16; 10] = [400, 401, 403, 404, 413, 415, 422, 429, 500, 503];
/// A body that comes with a GET may be signed, so it is read, and may be too large.
const GET_REFUSALS: [u16; 9] = [400, 401, 403, 404, 413, 422, 429, 500, 503];

/// The paths.
pub(super) fn paths() -> Map<String, Value> {
    let parameters = json!([key_parameter(), trigger_parameter()]);
    let item = json!({
        "post": post(),
        "get": receiving("pinkfishWebhookByQuery", "Call a trigger's own URL with a query", &GET_REFUSALS),
        "options": preflight("pinkfishWebhookOptions", parameters),
    });
    Map::from_iter([(PATH.to_owned(), item)])
}

fn post() -> Value {
    let mut operation =
        receiving("pinkfishWebhook", "Call a trigger's own URL with a body", &POST_REFUSALS);
    set(
        &mut operation,
        "requestBody",
        json!({
            "description": "What a provider signs comes as the provider has it, in any media type. Where nobody signs, it is the flow's inputs: JSON, or a form.",
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
            },
        }),
    );
    operation
}

fn receiving(id: &str, summary: &str, refusals: &[u16]) -> Value {
    let run = json!({
        "apiKey": "$request.path.apiKey",
        "automationId": "$response.header.X-Pf-Automation-Id",
        "runId": "$response.header.X-Pf-Run-Id",
    });
    let links = json!({
        "status": {"operationId": "pinkfishStatusByPath", "parameters": run},
        "results": {"operationId": "pinkfishResultsByPath", "parameters": run},
    });
    let success = json!({
        "200": {
            "description": "The event is taken. A run that was started for it, or before for the same delivery, is named in the headers; a handshake, and what the trigger's `when` does not let through, starts none.\n\nThe body is what the provider prescribes, which may be none at all; else null, or the run's end where it was waited for.",
            // OpenAPI has no words for a body that may be absent.
            "x-may-be-empty": true,
            "headers": event_headers(),
            "content": {"application/json": {"schema": {"anyOf": [
                {"type": "null"},
                reference("schemas/PinkfishExecution"),
                reference("schemas/PinkfishPrescribed"),
            ]}}},
            "links": links,
        },
        "202": {
            "description": "The wait is over and the run goes on.",
            "headers": waited_headers(),
            "content": {"application/json": {"schema": reference("schemas/PinkfishTimeout")}},
            "links": links,
        },
        "204": {
            "description": "As 200, of a provider that prescribes this.",
            "headers": event_headers(),
        },
    });
    json!({
        "operationId": id,
        "summary": summary,
        "description": "A request is held against the signature that the trigger's webhook asks for, and each delivery starts one run, however often it comes. The environment is the webhook's own. A scheme that is the trigger's own may prescribe other answers, with any 2xx.",
        "tags": ["Pinkfish"],
        "security": [],
        "parameters": [
            key_parameter(),
            trigger_parameter(),
            query_parameter(),
            reference("parameters/PinkfishWait"),
            reference("parameters/IdempotencyKey"),
            reference("parameters/TraceParent"),
        ],
        "responses": responses(success, "Pinkfish", refusals),
    })
}

fn event_headers() -> Value {
    let mut headers = cors();
    set_limits(&mut headers);
    set(&mut headers, "X-Pf-Run-Id", json!({"schema": reference("schemas/RunId")}));
    set(&mut headers, "X-Pf-Automation-Id", json!({"schema": {"type": "string"}}));
    set(&mut headers, "Idempotency-Replayed", reference("headers/IdempotencyReplayed"));
    headers
}
