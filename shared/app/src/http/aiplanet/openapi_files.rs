//! The route of files in the OpenAPI document.

use serde_json::{Value, json};

use super::openapi::{cors, operation, preflight};
use crate::{
    http::openapi::{reference, responses, set},
    model::limits,
};

pub(super) const FILES: &str = "/api/v1/apps/workflow-execution/files";

const REFUSALS: [u16; 7] = [401, 403, 413, 415, 422, 500, 503];

/// The path's item.
pub(super) fn path() -> Value {
    json!({"post": upload(), "options": preflight("aiPlanetUploadOptions", &json!([]))})
}

fn upload() -> Value {
    let mut headers = cors();
    let private = json!({"required": true, "schema": {"type": "string", "const": "no-store"}});
    set(&mut headers, "Cache-Control", private);
    let success = json!({
        "201": {
            "description": "The request that uploads the file.",
            "headers": headers,
            "content": {"application/json": {"schema": reference("schemas/AiPlanetUpload")}},
        },
    });
    let mut operation = operation(
        "aiPlanetUpload",
        "Ask for a place to upload a file to",
        &[],
        &responses(success, "AiPlanet", &REFUSALS),
    );
    let description = format!(
        "The file is uploaded by the request that is answered, once. Its id is the value of an input of type `file` or `image` within {} hours, in the same workspace. Needs the scope `trigger`.",
        limits::FILE_PATIENCE.as_secs() / 3600
    );
    set(&mut operation, "description", Value::String(description));
    set(
        &mut operation,
        "requestBody",
        json!({
            "required": true,
            "content": {"application/json": {"schema": reference("schemas/AiPlanetFile")}},
        }),
    );
    operation
}

/// A file that is going to be uploaded.
pub(super) fn file() -> Value {
    json!({
        "type": "object",
        "description": "A file that is going to be uploaded; no executable and no script.",
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "description": format!(
                    "Its name: {} bytes at most, without control characters.",
                    limits::MAX_FILE_NAME_BYTES
                ),
            },
            "media_type": {
                "type": ["string", "null"],
                "pattern": "^[ -~]*/[ -~]*$",
                "maxLength": 255,
            },
            "size_bytes": {
                "type": "integer", "minimum": 1, "maximum": limits::MAX_FILE_BYTES,
                "description": "Its length, exactly.",
            },
        },
        "required": ["name", "size_bytes"],
        "examples": [
            {"name": "report.pdf", "media_type": "application/pdf", "size_bytes": 48213},
        ],
    })
}

/// Where it is uploaded to.
pub(super) fn announced() -> Value {
    let time = |description: &str| json!({"type": "string", "format": "date-time", "description": description});
    json!({
        "type": "object",
        "properties": {
            "id": {
                "type": "string",
                "pattern": "^file_[A-Za-z0-9_-]+$",
                "description": "The value of the input that is the file. Whoever has it may read the file.",
            },
            "expires_at": time("When a run with it has to have begun."),
            "upload": {
                "type": "object",
                "properties": {
                    "url": {"type": "string", "format": "uri"},
                    "method": {"type": "string", "const": "PUT"},
                    "headers": {
                        "type": "object",
                        "description": "What the upload has to send, word for word.",
                        "additionalProperties": {"type": "string"},
                    },
                    "expires_at": time("When the upload has to have begun."),
                },
                "required": ["url", "method", "headers", "expires_at"],
            },
        },
        "required": ["id", "expires_at", "upload"],
    })
}
