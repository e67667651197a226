//! The routes that read runs, by the run's id or by a provider's delivery. The key stands in a header or
//! in the path.

use serde_json::{Map, Value, json};

use super::headers::{of_run, preflight};
use super::trigger::{key_parameter, trigger_parameter};
use crate::http::openapi::{examples, reference, responses};

const REFUSALS: [u16; 5] = [401, 403, 404, 500, 503];

/// Where the key is: what the path begins with, and what tells the operations apart.
const KEYS: [(&str, &str); 2] = [("/ext", ""), ("/ext/webhook/{apiKey}", "ByPath")];

/// What is read of a run: the end of the path, its operation, in words, and its schema.
const PARTS: [(&str, &str, &str, &str); 2] = [
    ("status", "pinkfishStatus", "Read how a run stands", "PinkfishProgress"),
    ("results", "pinkfishResults", "Read what a run's steps put out", "PinkfishExecution"),
];

/// The paths.
pub(super) fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    for (prefix, suffix) in KEYS {
        let in_path = !suffix.is_empty();
        for (part, id, summary, schema) in PARTS {
            let id = format!("{id}{suffix}");
            let parameters = with_key(in_path, run_parameters());
            paths.insert(
                format!("{prefix}/runs/{{automationId}}/{{runId}}/{part}"),
                json!({
                    "get": reading(&id, summary, schema, in_path, &parameters),
                    "options": preflight(&format!("{id}Options"), parameters),
                }),
            );
        }
        let id = format!("pinkfishDelivery{suffix}");
        let parameters = with_key(in_path, delivery_parameters());
        let summary = "Find the run of a provider's delivery";
        paths.insert(
            format!("{prefix}/triggers/{{triggerId}}/runs/by-delivery/{{provider}}/{{id}}"),
            json!({
                "get": reading(&id, summary, "PinkfishDelivery", in_path, &parameters),
                "options": preflight(&format!("{id}Options"), parameters),
            }),
        );
    }
    paths
}

fn reading(id: &str, summary: &str, schema: &str, in_path: bool, parameters: &Value) -> Value {
    let success = json!({
        "200": {
            "description": "The run as it stands.",
            "headers": of_run(),
            "content": {"application/json": {"schema": reference(&format!("schemas/{schema}"))}},
        },
    });
    let mut parameters = parameters.clone();
    if let Value::Array(parameters) = &mut parameters {
        parameters.push(reference("parameters/TraceParent"));
    }
    json!({
        "operationId": id,
        "summary": summary,
        "tags": ["Pinkfish"],
        "security": if in_path { json!([]) } else { json!([{"apiKey": []}]) },
        "parameters": parameters,
        "responses": responses(success, "Pinkfish", &REFUSALS),
    })
}

fn with_key(in_path: bool, mut parameters: Vec<Value>) -> Value {
    if in_path {
        parameters.insert(0, key_parameter());
    }
    Value::Array(parameters)
}

fn run_parameters() -> Vec<Value> {
    vec![
        json!({
            "name": "automationId", "in": "path", "required": true,
            "description": "The flow's name.",
            "schema": {"type": "string", "minLength": 1}, "example": examples::TRIGGER,
        }),
        json!({
            "name": "runId", "in": "path", "required": true,
            "schema": reference("schemas/RunId"), "example": examples::RUN,
        }),
    ]
}

fn delivery_parameters() -> Vec<Value> {
    let text = |name: &str, description: &str, example: &str| {
        json!({
            "name": name, "in": "path", "required": true, "description": description,
            "schema": {"type": "string", "minLength": 1}, "example": example,
        })
    };
    vec![
        trigger_parameter(),
        text("provider", "The provider, as the trigger's webhook names it.", "github"),
        text(
            "id",
            "The delivery's id, as the flow reads it in the event.",
            "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        ),
    ]
}
