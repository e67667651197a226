//! What a model may be asked, whether it stands in the flow or comes of an expression: the bounds of the chat
//! completions form.

use serde_json::Value;

/// Who says something in a conversation. What tools say is for when there are tools.
pub(super) const ROLES: [&str; 4] = ["system", "developer", "user", "assistant"];

/// What is said of another temperature.
pub(super) const TEMPERATURE: &str = "the temperature is a number from 0 to 2";

/// What is said of another count of tokens.
pub(super) const MAX_TOKENS: &str = "`max_tokens` is a whole number from 1";

/// What is said of another list of messages.
pub(super) const MESSAGES: &str = "the messages are a list of `{role, content}`, at least one";

pub(super) fn is_temperature(value: &Value) -> bool {
    value.as_f64().is_some_and(|value| (0.0..=2.0).contains(&value))
}

pub(super) fn is_token_count(value: &Value) -> bool {
    value.as_u64().is_some_and(|value| value > 0)
}

pub(super) fn are_messages(value: &Value) -> bool {
    let is_message = |message: &Value| {
        let role = message.get("role").and_then(Value::as_str);
        role.is_some_and(|role| ROLES.contains(&role)) && message.get("content").is_some()
    };
    value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_message))
}

/// The messages that `value` is a list of.
pub(super) fn messages(value: Value) -> Option<Vec<Value>> {
    let is_sound = are_messages(&value);
    match value {
        Value::Array(list) if is_sound => Some(list),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_bounds_are_those_of_the_form() {
        for (value, temperature, tokens) in [
            (json!(0), true, false),
            (json!(2.0), true, false),
            (json!(1), true, true),
            (json!(2.1), false, false),
            (json!(-1), false, false),
            (json!("1"), false, false),
        ] {
            assert_eq!(is_temperature(&value), temperature, "{value}");
            assert_eq!(is_token_count(&value), tokens, "{value}");
        }
        for (value, sound) in [
            (json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": []}]), true),
            (json!([]), false),
            (json!([{"role": "tool", "content": "a"}]), false),
            (json!([{"role": "user"}]), false),
            (json!(["a"]), false),
            (json!({"role": "user", "content": "a"}), false),
        ] {
            assert_eq!(are_messages(&value), sound, "{value}");
        }
    }
}
