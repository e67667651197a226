//! From the JSON of one request to the JSON of its answer. Both front ends, the socket and the SDK in this process, come
//! through here.

use serde::{Serialize, de::DeserializeOwned};

use super::error::Error;
use super::name;
use super::parameters::{Parameters, Stored};
use super::wire;
use crate::in_process::Answer;

/// Longest value of a parameter in the standard tier, in bytes (Systems Manager quotas).
const MAX_VALUE_BYTES: usize = 4096;

/// Most names in a request (API reference, `GetParameters` and `DeleteParameters`).
const MAX_NAMES: usize = 10;

/// What a `SecureString` is to who does not ask for it to be decrypted.
const CIPHERTEXT: &str = "AQICAHh-what-nobody-asked-to-decrypt";

/// Answers one request.
pub(super) fn answer(parameters: &Parameters, operation: &str, body: &[u8]) -> Answer {
    let answered = match operation {
        "PutParameter" => parse(body).and_then(|request| render(&put(parameters, request)?)),
        "GetParameters" => parse(body).and_then(|request| render(&get(parameters, request)?)),
        "DeleteParameters" => parse(body).and_then(|request| render(&delete(parameters, request)?)),
        _ => Err(Error::UnknownOperation(operation.to_owned())),
    };
    let (status, body) = answered.map_or_else(|error| refuse(&error), |body| (200, body));
    Answer { status, query_error: None, body }
}

fn refuse(error: &Error) -> (u16, Vec<u8>) {
    if let Error::Storage(error) = error {
        tracing::error!(%error, "The file of the parameters failed");
    }
    let (code, status) = error.code();
    let refusal = wire::Refusal { code, message: error.to_string() };
    (status, serde_json::to_vec(&refusal).unwrap_or_default())
}

fn put(parameters: &Parameters, request: wire::PutParameter) -> Result<wire::Written, Error> {
    let wire::PutParameter { name, value, r#type, overwrite } = request;
    name::check(&name)?;
    if value.is_empty() || value.len() > MAX_VALUE_BYTES {
        let text = "Standard tier parameters support a parameter value of 1 to 4096 characters.";
        return Err(Error::Validation(text.to_owned()));
    }
    let kind = r#type.map(wire::Type::as_str);
    let version = parameters.put(&name, kind, &value, overwrite)?;
    Ok(wire::Written { version, tier: "Standard" })
}

fn get(parameters: &Parameters, request: wire::GetParameters) -> Result<wire::Found, Error> {
    let wire::GetParameters { names, with_decryption } = request;
    let mut found = wire::Found { parameters: Vec::new(), invalid_parameters: Vec::new() };
    for name in several(names)? {
        match parameters.get(&name)? {
            Some(stored) => found.parameters.push(shown(name, stored, with_decryption)),
            None => found.invalid_parameters.push(name),
        }
    }
    Ok(found)
}

fn delete(
    parameters: &Parameters,
    request: wire::DeleteParameters,
) -> Result<wire::Deleted, Error> {
    let mut deleted =
        wire::Deleted { deleted_parameters: Vec::new(), invalid_parameters: Vec::new() };
    for name in several(request.names)? {
        if parameters.delete(&name)? {
            deleted.deleted_parameters.push(name);
        } else {
            deleted.invalid_parameters.push(name);
        }
    }
    Ok(deleted)
}

fn several(names: Vec<String>) -> Result<Vec<String>, Error> {
    if (1..=MAX_NAMES).contains(&names.len()) {
        Ok(names)
    } else {
        Err(Error::Validation(format!("1 to {MAX_NAMES} names are expected.")))
    }
}

fn shown(name: String, stored: Stored, with_decryption: bool) -> wire::Parameter {
    let is_hidden = stored.kind == wire::Type::SecureString.as_str() && !with_decryption;
    wire::Parameter {
        arn: name::arn(&name),
        data_type: "text",
        last_modified_date: stored.modified_at_ms / 1000,
        name,
        r#type: stored.kind,
        value: if is_hidden { CIPHERTEXT.to_owned() } else { stored.value },
        version: stored.version,
    }
}

/// Where a request is not understood, its place is all that is told: serde would repeat values, which may be secrets.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let text = "The request is not what is played of this operation";
        Error::Validation(format!("{text}: line {line}, column {column}."))
    })
}

fn render(answer: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(answer).map_err(|error| Error::Validation(error.to_string()))
}
