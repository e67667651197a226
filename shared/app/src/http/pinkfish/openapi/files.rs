//! The routes of files.

use serde_json::{Map, Value, json};

use super::{
    headers::{preflight, private},
    trigger::trigger_parameter,
};
use crate::{
    http::openapi::{reference, responses, set},
    model::limits,
};

const UPLOADS: &str = "/ext/triggers/{triggerId}/files";
const FILE: &str = "/ext/files/{fileId}";

const UPLOAD_REFUSALS: [u16; 8] = [400, 401, 403, 404, 413, 415, 500, 503];
/// An address is signed without asking any service.
const FILE_REFUSALS: [u16; 2] = [404, 500];

/// The paths.
pub(super) fn paths() -> Map<String, Value> {
    let uploads = json!({
        "post": upload(),
        "options": preflight("pinkfishUploadOptions", json!([trigger_parameter()])),
    });
    Map::from_iter([(UPLOADS.to_owned(), uploads), (FILE.to_owned(), json!({"get": read()}))])
}

fn upload() -> Value {
    let success = json!({
        "200": {
            "description": "The request that uploads the file.",
            "headers": private(),
            "content": {"application/json": {"schema": reference("schemas/PinkfishUpload")}},
        },
    });
    json!({
        "operationId": "pinkfishUpload",
        "summary": "Ask for a place to upload a file to",
        "description": format!(
            "The file is uploaded by the request that is answered, once. Its id is an input of a start within {} hours, and stands for the file there.",
            limits::FILE_PATIENCE.as_secs() / 3600
        ),
        "tags": ["Pinkfish"],
        "security": [{"apiKey": []}],
        "parameters": [trigger_parameter(), reference("parameters/TraceParent")],
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": reference("schemas/PinkfishFile")}},
        },
        "responses": responses(success, "Pinkfish", &UPLOAD_REFUSALS),
    })
}

fn read() -> Value {
    let mut headers = private();
    set(
        &mut headers,
        "Location",
        json!({
            "description": "Where the file is read, for some minutes.",
            "required": true,
            "schema": {"type": "string", "format": "uri"},
        }),
    );
    let success = json!({"302": {"description": "Where the file is.", "headers": headers}});
    json!({
        "operationId": "pinkfishFile",
        "summary": "Read a file of a run",
        "description": "Who has a file's id may read it; flows get this URL with their inputs.",
        "tags": ["Pinkfish"],
        "security": [],
        "parameters": [
            {
                "name": "fileId", "in": "path", "required": true,
                "description": "The file's id.",
                "schema": {"type": "string", "minLength": 1},
            },
            reference("parameters/TraceParent"),
        ],
        "responses": responses(success, "Pinkfish", &FILE_REFUSALS),
    })
}
