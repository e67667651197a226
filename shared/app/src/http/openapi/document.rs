//! All parts as one document.

use serde_json::{Map, Value, json};

use super::{Part, components, detail, gateway, served};
use crate::{
    http::{aiplanet, link, phinite, pinkfish},
    model::limits,
};

/// The document, whose paths are those of [`super::super::routes::ROUTES`].
#[must_use]
pub fn document() -> Value {
    let parts = [
        phinite::openapi::part(),
        pinkfish::openapi::part(),
        aiplanet::openapi::part(),
        link::openapi::part(),
        served::part(),
        gateway::part(),
    ];
    let (mut tags, mut paths) = (Vec::new(), Map::new());
    let mut all = components::components();
    merge(&mut all, json!({"schemas": detail::schemas()}));
    for Part { tag, paths: of_part, components: more } in parts {
        tags.push(tag);
        if let Value::Object(of_part) = of_part {
            paths.extend(of_part);
        }
        merge(&mut all, more);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "trigger-api",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Starts flows, waits for them, tells how they stand.",
            "description": description(),
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "servers": [
            {"url": "http://127.0.0.1:3000", "description": "The local stack"},
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/{stage}",
                "description": "A deployment without a domain of its own",
                "variables": {
                    "api": {"default": "example", "description": "The API's id"},
                    "region": {"default": "eu-central-1"},
                    "stage": {"default": "dev"},
                },
            },
        ],
        "tags": tags,
        "paths": paths,
        "components": all,
    })
}

/// Adds the members of `more`, kind by kind.
fn merge(components: &mut Value, more: Value) {
    let (Value::Object(components), Value::Object(more)) = (components, more) else { return };
    for (kind, named) in more {
        let there = components.entry(kind).or_insert_with(|| json!({}));
        if let (Value::Object(there), Value::Object(named)) = (there, named) {
            there.extend(named);
        }
    }
}

fn description() -> String {
    let depth = limits::MAX_JSON_DEPTH;
    format!(
        "\
Other programs start *flows* through this API and wait for the result, or start them in the background and ask for it. \
One engine speaks several published dialects: a client written for one of those products works here with another host and key.

* A 2xx that names a run means that the run is stored and will be executed. A 5xx promises nothing; with an `Idempotency-Key` a retry starts nothing twice.
* A failed flow is a successful answer whose `status` says so. Other codes speak of the request.
* Errors have their dialect's shape, or that of RFC 9457 for who sends `Accept: application/problem+json`.
* A method that a path does not have is a 405 with `Allow`, in the same shapes. A path that is not here is a 404 of the gateway.
* A body is taken as JSON where nothing is said of its type, and as any `application/*+json`. It is at most 4,500,000 bytes, holds no integer of more than 64 bits \
and is nested {depth} levels deep at most; compressed bodies are refused.
* Members may be added to answers. Members of requests that are not described are ignored, or are inputs of the flow."
    )
}
