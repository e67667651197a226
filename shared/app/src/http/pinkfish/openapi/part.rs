//! What the dialect adds to the document.

use serde_json::{Map, Value, json};

use super::{
    files,
    headers::{self, cors, fixed},
    runs, schemas, trigger, webhook,
};
use crate::{
    http::openapi::{LIMITED, Part, at_function_or_gateway, limited, reference, refusal, set},
    model::limits,
};

/// The part.
pub(in crate::http) fn part() -> Part {
    let paths = [trigger::paths(), files::paths(), webhook::paths(), runs::paths()];
    let paths: Map<_, _> = paths.into_iter().flatten().collect();
    Part {
        tag: json!({
            "name": "Pinkfish",
            "description": "One resource a trigger. A run is started in the background, or waited for with `x-api-wait: true`. Behind `/ext/webhook/{apiKey}` the key stands in the path, for providers that can send no header.",
        }),
        paths: Value::Object(paths),
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
            "headers": headers::components(),
            "schemas": schemas::schemas(),
            "responses": refusals(),
        }),
    }
}

fn refusals() -> Value {
    let plain = reference("schemas/PinkfishError");
    let either = at_function_or_gateway("PinkfishError");
    let said = |description: &str, schema: &Value, more: &[(&str, Value)]| {
        let mut headers = cors();
        for (name, header) in more {
            set(&mut headers, name, header.clone());
        }
        refusal(description, schema, "Problem", &headers)
    };
    json!({
        "Pinkfish400": said("Something of the request is not valid; nothing was started.", &either, &[]),
        "Pinkfish401": said(
            "The key is missing, malformed, unknown, expired or revoked; or a webhook's URL or signature is not accepted.",
            &plain,
            &[("WWW-Authenticate", fixed("ApiKey"))],
        ),
        "Pinkfish403": said("The key lacks a scope; or a firewall refused the request.", &either, &[]),
        "Pinkfish404": said("There is no such trigger, run or file, or the key may not see it.", &plain, &[]),
        "Pinkfish413": said("The body, or a file, is too large.", &either, &[]),
        "Pinkfish415": said("The body is of a type that the route does not take, or is compressed.", &plain, &[]),
        "Pinkfish422": said("The `Idempotency-Key` was used with other inputs.", &plain, &[]),
        "Pinkfish429": refusal(LIMITED, &either, "Problem", &limited(cors())),
        "Pinkfish500": said("A defect. Nothing was promised.", &either, &[]),
        "Pinkfish503": said(
            "A service is out of reach. With an `Idempotency-Key` a retry starts nothing twice.",
            &plain,
            &[("Retry-After", reference("headers/RetryAfter"))],
        ),
    })
}
