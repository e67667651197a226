//! The dialect's part of the OpenAPI document.

use serde_json::{Value, json};

use super::{
    reply::{CORS, EXPOSED_HEADERS, PREFLIGHT_HEADERS, PREFLIGHT_MAX_AGE_S},
    schemas,
};
use crate::{
    http::openapi::{
        Part, at_function_or_gateway, examples, extended, reference, refusal, responses,
    },
    model::limits,
};

const TRIGGER: &str = "/ext/triggers/{triggerId}";
const STATUS: &str = "/ext/runs/{automationId}/{runId}/status";
const RESULTS: &str = "/ext/runs/{automationId}/{runId}/results";

const POST_REFUSALS: [u16; 9] = [400, 401, 403, 404, 413, 415, 422, 500, 503];
const GET_REFUSALS: [u16; 7] = [400, 401, 403, 404, 422, 500, 503];
const READ_REFUSALS: [u16; 5] = [401, 403, 404, 500, 503];

/// The part.
pub(in crate::http) fn part() -> Part {
    let status = read_operation("pinkfishStatus", "Read how a run stands", "PinkfishProgress");
    let results =
        read_operation("pinkfishResults", "Read what a run's steps put out", "PinkfishExecution");
    Part {
        tag: json!({
            "name": "Pinkfish",
            "description": "One resource a trigger. A run is started in the background, or waited for with `x-api-wait: true`.",
        }),
        paths: json!({
            TRIGGER: {
                "post": post_operation(),
                "get": get_operation(),
                "options": preflight("pinkfishTriggerOptions", &json!([trigger_parameter(&any())])),
            },
            STATUS: {
                "get": status,
                "options": preflight("pinkfishStatusOptions", &run_parameters(&any())),
            },
            RESULTS: {
                "get": results,
                "options": preflight("pinkfishResultsOptions", &run_parameters(&any())),
            },
        }),
        components: json!({
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey", "in": "header", "name": "X-API-KEY",
                    "description": "A workspace's key.",
                },
            },
            "parameters": {"PinkfishWait": {
                "name": "x-api-wait",
                "in": "header",
                "description": format!(
                    "Whether to wait for the end of the run, for {} seconds at most.",
                    limits::PINKFISH_WAIT.as_secs()
                ),
                "schema": {"type": "boolean", "default": false},
            }},
            "headers": headers(),
            "schemas": schemas::schemas(),
            "responses": refusals(),
        }),
    }
}

fn post_operation() -> Value {
    let own = json!({
        "operationId": "pinkfishTrigger",
        "summary": "Start a trigger's flow with a body",
        "requestBody": {
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
        },
    },
    });
    extended(own, starting(&POST_REFUSALS))
}

fn get_operation() -> Value {
    let own = json!({
        "operationId": "pinkfishTriggerByQuery",
        "summary": "Start a trigger's flow with a query",
    });
    extended(own, starting(&GET_REFUSALS))
}

/// What the two have in common.
fn starting(refusals: &[u16]) -> Value {
    let run = json!({
        "automationId": "$response.header.X-Pf-Automation-Id",
        "runId": "$response.header.X-Pf-Run-Id",
    });
    let links = json!({
        "status": {"operationId": "pinkfishStatus", "parameters": run},
        "results": {"operationId": "pinkfishResults", "parameters": run},
    });
    let replayed = json!({"Idempotency-Replayed": reference("headers/IdempotencyReplayed")});
    let of_run = extended(run_headers(), replayed);
    let retry = json!({"Retry-After": reference("headers/RetryAfter")});
    let of_wait = extended(of_run.clone(), retry);
    let success = json!({
        "200": {
            "description": "The run's end where it was waited for, else null: the run is named in the headers.",
            "headers": of_run,
            "content": {"application/json": {"schema": {"anyOf": [
                {"type": "null"},
                reference("schemas/PinkfishExecution"),
            ]}}},
            "links": links,
        },
        "202": {
            "description": "The wait is over and the run goes on.",
            "headers": of_wait,
            "content": {"application/json": {"schema": reference("schemas/PinkfishTimeout")}},
            "links": links,
        },
    });
    json!({
        "description": "The environment is the furthest of `PROD`, `UAT` and `DEV` that trigger and key are open for and that serves the flow.",
        "tags": ["Pinkfish"],
        "security": [{"apiKey": []}],
        "parameters": [
            trigger_parameter(&reference("schemas/Id")),
            {
                "name": "inputs",
                "in": "query",
                "description": "Inputs of the flow, by their own names.",
                "style": "form",
                "explode": true,
                "schema": reference("schemas/PinkfishTexts"),
                "example": {"message": "Ada"},
            },
            reference("parameters/PinkfishWait"),
            reference("parameters/IdempotencyKey"),
            reference("parameters/TraceParent"),
        ],
        "responses": responses(success, "Pinkfish", refusals),
    })
}

fn read_operation(id: &str, summary: &str, schema: &str) -> Value {
    let success = json!({
        "200": {
            "description": "The run as it stands.",
            "headers": run_headers(),
            "content": {"application/json": {"schema": reference(&format!("schemas/{schema}"))}},
        },
    });
    let mut parameters = run_parameters(&reference("schemas/RunId"));
    if let Value::Array(parameters) = &mut parameters {
        parameters.push(reference("parameters/TraceParent"));
    }
    json!({
        "operationId": id,
        "summary": summary,
        "tags": ["Pinkfish"],
        "security": [{"apiKey": []}],
        "parameters": parameters,
        "responses": responses(success, "Pinkfish", &READ_REFUSALS),
    })
}

fn preflight(id: &str, parameters: &Value) -> Value {
    let own = json!({
        "Access-Control-Allow-Headers": fixed(PREFLIGHT_HEADERS),
        "Access-Control-Max-Age":
            {"required": true, "schema": {"type": "integer", "const": PREFLIGHT_MAX_AGE_S}},
    });
    let headers = extended(cors(), own);
    let success = json!({"204": {"description": "What a page may ask.", "headers": headers}});
    json!({
        "operationId": id,
        "summary": "Ask what a browser's page may ask",
        "tags": ["Pinkfish"],
        "security": [],
        "parameters": parameters,
        "responses": responses(success, "Gateway", &[]),
    })
}

/// Of an id that is not looked up: any will do.
fn any() -> Value {
    json!({"type": "string", "minLength": 1})
}

fn trigger_parameter(schema: &Value) -> Value {
    json!({
        "name": "triggerId", "in": "path", "required": true,
        "schema": schema, "example": examples::TRIGGER,
    })
}

fn run_parameters(id: &Value) -> Value {
    json!([
        {
            "name": "automationId", "in": "path", "required": true,
            "description": "The flow's name.",
            "schema": any(), "example": examples::TRIGGER,
        },
        {
            "name": "runId", "in": "path", "required": true,
            "schema": id, "example": examples::RUN,
        },
    ])
}

fn fixed(value: &str) -> Value {
    json!({"required": true, "schema": {"type": "string", "const": value}})
}

/// On every answer of the dialect's functions.
fn cors() -> Value {
    json!({
        "Access-Control-Allow-Origin": reference("headers/PinkfishOrigin"),
        "Access-Control-Allow-Headers": reference("headers/PinkfishAllowedHeaders"),
        "Access-Control-Allow-Methods": reference("headers/PinkfishAllowedMethods"),
        "Access-Control-Expose-Headers": reference("headers/PinkfishExposedHeaders"),
    })
}

fn run_headers() -> Value {
    let of_run = json!({
        "X-Pf-Run-Id": reference("headers/PinkfishRunId"),
        "X-Pf-Automation-Id": reference("headers/PinkfishAutomationId"),
    });
    extended(cors(), of_run)
}

fn headers() -> Value {
    let [(_, origin), (_, allowed), (_, methods)] = CORS;
    // The gateway's own answers are without.
    let of_function = |value: &str| json!({"schema": {"type": "string", "const": value}});
    json!({
        "PinkfishOrigin": of_function(origin),
        "PinkfishAllowedHeaders": of_function(allowed),
        "PinkfishAllowedMethods": of_function(methods),
        "PinkfishExposedHeaders": of_function(EXPOSED_HEADERS),
        "PinkfishRunId": {"required": true, "schema": reference("schemas/RunId")},
        "PinkfishAutomationId": {
            "description": "The flow's name.", "required": true, "schema": {"type": "string"},
        },
    })
}

fn refusals() -> Value {
    let plain = reference("schemas/PinkfishError");
    let none = json!({});
    let either = at_function_or_gateway("PinkfishError");
    let said = |description: &str, schema: &Value, more: &Value| {
        let headers = extended(cors(), more.clone());
        refusal(description, schema, "Problem", &headers)
    };
    json!({
        "Pinkfish400": said("Something of the request is not valid; nothing was started.", &either, &none),
        "Pinkfish401": said(
            "The key is missing, malformed, unknown, expired or revoked.",
            &plain,
            &json!({"WWW-Authenticate": fixed("ApiKey")}),
        ),
        "Pinkfish403": said("The key lacks a scope; or a firewall refused the request.", &either, &none),
        "Pinkfish404": said("There is no such trigger or run, or the key may not see it.", &plain, &none),
        "Pinkfish413": said("The body is too large.", &either, &none),
        "Pinkfish415": said("The body is neither JSON nor a form in UTF-8, or is compressed.", &plain, &none),
        "Pinkfish422": said("The `Idempotency-Key` was used with other inputs.", &plain, &none),
        "Pinkfish500": said("A defect. Nothing was promised.", &either, &none),
        "Pinkfish503": said(
            "A service is out of reach. With an `Idempotency-Key` a retry starts nothing twice.",
            &plain,
            &json!({"Retry-After": reference("headers/RetryAfter")}),
        ),
    })
}
