//! What a run that listens is answered: `{"data", "type", "input_id"}`.

use lambda_http::Request;
use serde_json::{Value, json};

use super::{Error, input::Faults};
use crate::{http::detail, runs::Input};

/// The body of `request`.
pub(super) fn read(request: &Request) -> Result<Input, Error> {
    let mut members = detail::members(request)?;
    let mut faults = Faults::default();
    let data = members.remove("data");
    if data.is_none() {
        faults.add("missing", || json!(["body", "data"]), "Field required", &Value::Null);
    }
    let mut optional = |name: &'static str| {
        let given = members.remove(name).filter(|given| !given.is_null())?;
        faults.text(Some(given), || json!(["body", name]))
    };
    let kind = optional("type");
    let id = optional("input_id").and_then(|text| {
        let parsed = text.parse();
        if parsed.is_err() {
            let message = "Should be the input_id of a run that waits";
            faults.add("value_error", || json!(["body", "input_id"]), message, &json!(text));
        }
        parsed.ok()
    });
    faults.none_or(Input { kind, id, ..Input::of(data.unwrap_or_default()) })
}
