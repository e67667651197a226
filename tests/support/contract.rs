//! The OpenAPI document as the judge of answers: whatever it does not tell of is a fault.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use http::HeaderMap;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use shared::http::openapi::document;

use crate::Answer;

/// The document's schemas, closed: a member that is not described is a fault here.
static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas = DOCUMENT["components"]["schemas"].clone();
    close(&mut schemas);
    schemas
});

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// By their schemas' text: compiling one takes longer than using it.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Headers of HTTP itself, which no operation describes.
const FRAMING: [&str; 5] =
    ["content-length", "content-type", "connection", "date", "transfer-encoding"];

/// Statuses of the gateway, which come before a method is looked at.
const OF_THE_GATEWAY: [u16; 3] = [400, 413, 431];

/// Fails unless the document tells of this answer to such a request. A path that it does not have
/// is none of its business.
#[track_caller]
pub fn judge(method: &str, path: &str, answer: &Answer) {
    let Some(resource) = resource(path) else { return };
    let item = members(&DOCUMENT["paths"][&resource]);
    let faults = match item.get(&method.to_ascii_lowercase()) {
        Some(operation) => faults(operation, answer),
        None => faults_of_no_method(&item, answer),
    };
    assert!(faults.is_empty(), "openapi.json, {method} {resource}: {faults}\n{answer}");
}

/// Fails unless a value fits a schema, which may refer to the document's.
#[track_caller]
pub fn fits(schema: &Value, value: &Value) {
    let faults = mismatches(schema, value);
    assert!(faults.is_empty(), "{faults}\n{value:#}\n{schema:#}");
}

/// What a reference refers to; anything else is itself.
#[must_use]
pub fn resolved(value: &Value) -> &Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.map_or(value, |pointer| DOCUMENT.pointer(pointer).expect(pointer))
}

/// The document's path for this one: as the gateway has it, literal segments before parameters.
fn resource(path: &str) -> Option<String> {
    let segments: Vec<_> = path.split('/').collect();
    let fits = |resource: &&String| {
        let parts: Vec<_> = resource.split('/').collect();
        let pairs = parts.iter().zip(&segments);
        parts.len() == segments.len()
            && pairs.into_iter().all(|(part, segment)| {
                if part.starts_with('{') { !segment.is_empty() } else { part == segment }
            })
    };
    let parameters = |resource: &&String| -> Vec<bool> {
        resource.split('/').map(|part| part.starts_with('{')).collect()
    };
    let paths = members(&DOCUMENT["paths"]);
    paths.keys().filter(fits).min_by_key(parameters).cloned()
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn faults_of_no_method(item: &Map<String, Value>, answer: &Answer) -> String {
    if OF_THE_GATEWAY.contains(&answer.status) {
        return String::new();
    }
    let described: BTreeSet<_> = item.keys().map(|method| method.to_ascii_uppercase()).collect();
    let allowed = answer.header("allow").split(", ").map(ToOwned::to_owned).collect();
    if answer.status == 405 && described == allowed {
        return String::new();
    }
    format!("405 and an Allow of {described:?} expected")
}

fn faults(operation: &Value, answer: &Answer) -> String {
    let response = resolved(&operation["responses"][answer.status.to_string()]);
    if response.is_null() {
        return "the status is not described".to_owned();
    }
    let mut faults = header_faults(&members(&response["headers"]), &answer.headers);
    let media_type = answer.header("content-type");
    let may_be_empty = response["x-may-be-empty"] == true && media_type.is_empty();
    match response.get("content") {
        None if answer.body.is_empty() => {}
        Some(_) if answer.body.is_empty() && may_be_empty => {}
        None => faults.push_str("no body expected; "),
        Some(content) => match content.get(media_type) {
            None => {
                let _ = write!(faults, "the type {media_type} is not described; ");
            }
            Some(described) => {
                let text = || Value::from(String::from_utf8_lossy(&answer.body));
                let value = if media_type.ends_with("json") { answer.json() } else { text() };
                faults.push_str(&mismatches(&described["schema"], &value));
            }
        },
    }
    faults
}

fn header_faults(described: &Map<String, Value>, headers: &HeaderMap) -> String {
    let mut faults = String::new();
    for (name, header) in described {
        let header = resolved(header);
        let Some(value) = headers.get(name) else {
            if header["required"] == true {
                let _ = write!(faults, "{name} is missing; ");
            }
            continue;
        };
        let text = value.to_str().unwrap_or_default();
        let is_number = resolved(&header["schema"])["type"] == "integer";
        let value = match text.parse::<u64>() {
            Ok(number) if is_number => json!(number),
            _ => json!(text),
        };
        let mismatches = mismatches(&header["schema"], &value);
        if !mismatches.is_empty() {
            let _ = write!(faults, "{name}: {mismatches}; ");
        }
    }
    for name in headers.keys().map(http::HeaderName::as_str) {
        let is_described = described.keys().any(|known| known.eq_ignore_ascii_case(name));
        if !is_described && !FRAMING.contains(&name) {
            let _ = write!(faults, "{name} is not described; ");
        }
    }
    faults
}

fn mismatches(schema: &Value, value: &Value) -> String {
    let validator = validator(schema);
    validator.iter_errors(value).fold(String::new(), |mut faults, error| {
        let _ = write!(faults, "{}: {error}; ", error.instance_path());
        faults
    })
}

fn validator(schema: &Value) -> Arc<Validator> {
    let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let made = validators.entry(schema.to_string()).or_insert_with(|| {
        let mut whole = schema.clone();
        close(&mut whole);
        whole["components"] = json!({"schemas": *SCHEMAS});
        Arc::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap())
    });
    Arc::clone(made)
}

/// Lets no schema of members take members that it does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(close),
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) {
                members.entry("additionalProperties").or_insert(Value::Bool(false));
            }
        }
        _ => {}
    }
}
