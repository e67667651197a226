//! Data against schemas.

use serde_json::Value;

use crate::{
    flow::{ErrorKind, Schema, raise},
    model::RunError,
};

/// Faults where `value` is not what `schema` says. Tells where and what is wrong, never the data:
/// errors are shown to more people than inputs are.
pub(super) fn check(
    schema: Option<&Schema>,
    value: &Value,
    instance: &str,
) -> Result<(), RunError> {
    let Some(Schema { validator, .. }) = schema else { return Ok(()) };
    validator.validate(value).map_err(|error| {
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { "the data" } else { &place };
        let detail = format!("{place}: {}", error.masked_with("the value"));
        raise(ErrorKind::Validation, instance, detail)
    })
}
