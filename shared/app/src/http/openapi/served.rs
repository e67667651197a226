//! The route of the document itself.

use lambda_http::{
    Body, Request, Response,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use serde_json::json;

use super::{Part, reference, responses};
use crate::{
    http::{
        address, gateway,
        respond::{self, JSON, respond},
    },
    model::ContentHash,
    telemetry::{Event, Outcome},
};

/// The document as it is kept and served; a test compares it with what the code says.
pub const DOCUMENT: &str = include_str!("../../../../../openapi.json");

/// Where it is served.
const RESOURCE: &str = "/openapi.json";

/// For how long nobody has to ask again: it changes with a deployment only.
const CACHE_CONTROL: &str = "public, max-age=300";

/// Whether a request is for the document, which is nobody's dialect.
#[must_use]
pub fn asks_for_document(request: &Request) -> bool {
    address::resource(request) == RESOURCE
}

/// The answer to such a request, which ends its event. Needs no key and no table.
pub async fn reply(request: &Request, event: Event) -> Response<Body> {
    let response = if request.method() == "GET" {
        serve(request.headers())
    } else {
        refuse(request.headers())
    };
    event.end(Outcome::Answered(response.status().as_u16())).await;
    response
}

fn serve(received: &HeaderMap) -> Response<Body> {
    let tag = format!("\"{}\"", ContentHash::of(DOCUMENT.as_bytes()));
    let mut response = if is_known(received, &tag) {
        respond::empty(StatusCode::NOT_MODIFIED)
    } else {
        respond(StatusCode::OK, JSON, DOCUMENT.to_owned())
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether the caller has the document already (RFC 9110, section 13.1.2).
fn is_known(received: &HeaderMap, tag: &str) -> bool {
    let values = received.get_all(header::IF_NONE_MATCH).iter().filter_map(|it| it.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

fn refuse(received: &HeaderMap) -> Response<Body> {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut response = gateway::in_every_shape(received, status, "Method Not Allowed");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    response
}

/// What the document says of itself.
pub(super) fn part() -> Part {
    let headers = json!({
        "Cache-Control": {"required": true, "schema": {"type": "string", "const": CACHE_CONTROL}},
        "ETag": {
            "description": "The document's version.",
            "required": true,
            "schema": {"type": "string", "pattern": "^\"[0-9a-f]{64}\"$"},
        },
        "Access-Control-Allow-Origin": {"required": true, "schema": {"type": "string", "const": "*"}},
    });
    let success = json!({
        "200": {
            "description": "The document.",
            "headers": headers,
            "content": {"application/json": {"schema": reference("schemas/OpenApiDocument")}},
        },
        "304": {"description": "The caller has the document already.", "headers": headers},
    });
    Part {
        tag: json!({"name": "Description", "description": "This document."}),
        paths: json!({
            RESOURCE: {
                "get": {
                    "operationId": "readOpenApiDocument",
                    "summary": "Read this document",
                    "tags": ["Description"],
                    "security": [],
                    "parameters": [{
                        "name": "If-None-Match",
                        "in": "header",
                        "description": "The `ETag` of the document that the caller has.",
                        "schema": {"type": "string"},
                    }],
                    "responses": responses(success, "Gateway", &[]),
                },
            },
        }),
        components: json!({
            "schemas": {
                "OpenApiDocument": {
                    "type": "object",
                    "properties": {
                        "openapi": {"type": "string", "const": "3.1.0"},
                        "info": {"type": "object", "additionalProperties": true},
                        "paths": {"type": "object", "additionalProperties": true},
                    },
                    "required": ["openapi", "info", "paths"],
                    "additionalProperties": true,
                },
            },
        }),
    }
}
