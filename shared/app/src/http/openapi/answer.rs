//! Words that every part is written in.

use serde_json::{Map, Value, json};

use super::gateway;

/// A reference to a component: `reference("schemas/Problem")`.
pub(in crate::http) fn reference(component: &str) -> Value {
    json!({"$ref": format!("#/components/{component}")})
}

/// The Responses Object of an operation of `dialect`: `success`, the dialect's refusals (components
/// that are called `<dialect><status>`), and what the gateway answers on every route.
pub(in crate::http) fn responses(success: Value, dialect: &str, refusals: &[u16]) -> Value {
    let mut all = Map::new();
    if let Value::Object(success) = success {
        all.extend(success);
    }
    let of_dialect = refusals.iter().map(|status| (status, dialect));
    let of_gateway =
        gateway::STATUSES.iter().filter(|it| !refusals.contains(it)).map(|it| (it, "Gateway"));
    for (status, owner) in of_dialect.chain(of_gateway) {
        all.insert(status.to_string(), reference(&format!("responses/{owner}{status}")));
    }
    all.sort_keys();
    Value::Object(all)
}

/// Adds the headers that tell how whoever starts a run stands with their limits.
pub(in crate::http) fn set_limits(headers: &mut Value) {
    set(headers, "RateLimit", reference("headers/RateLimit"));
    set(headers, "RateLimit-Policy", reference("headers/RateLimitPolicy"));
}

/// On the refusal of a start by a limit, beside `headers`.
pub(in crate::http) fn limited(mut headers: Value) -> Value {
    set(&mut headers, "Retry-After", reference("headers/RetryAfter"));
    set_limits(&mut headers);
    headers
}

/// What the refusal of a start by a limit says, or the gateway's for all callers together.
pub(in crate::http) const LIMITED: &str = "A limit of the key or of its workspace is reached; or, deployed, all callers together ask too often. Nothing was started.";

/// A refusal in its dialect's shape, or as a problem for who asks for one.
pub(in crate::http) fn refusal(
    description: &str,
    schema: &Value,
    problem: &str,
    headers: &Value,
) -> Value {
    json!({
        "description": description,
        "headers": headers,
        "content": {
            "application/json": {"schema": schema},
            "application/problem+json": {"schema": reference(&format!("schemas/{problem}"))},
        },
    })
}

/// The schema of an error that the function or the gateway may say, in `schema` or in the gateway's.
pub(in crate::http) fn at_function_or_gateway(schema: &str) -> Value {
    json!({"anyOf": [
        reference(&format!("schemas/{schema}")),
        reference("schemas/GatewayError"),
    ]})
}

/// Gives an object a member.
pub(in crate::http) fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value);
    }
}
