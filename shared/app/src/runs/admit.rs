//! What an owner lets through of what comes in by a trigger's URL: events of interest, and of those what a
//! flow, and so a prompt, may see.

use serde_json::{Map, Value};

use super::{Error, Runs, Start};
use crate::{
    flow::{EvaluationError, Expression, Variables},
    model::limits::{MAX_MAPPED_MESSAGE_BYTES, MAX_MAPPED_VARIABLES_BYTES},
};

const WHEN: &str = "when";
const MAPPING: &str = "mapping";

impl Runs {
    /// What is left of a start when the expressions of its trigger's webhook have seen its input: nothing for
    /// an event that does not count. Blocks for about a second where an expression is hostile.
    ///
    /// # Errors
    /// [`Error::Unmapped`], as it would be for the same event again; [`Error::Internal`] where an expression
    /// is none.
    pub fn admit(&self, start: Start) -> Result<Option<Start>, Error> {
        let Some(webhook) = &start.trigger.webhook else { return Ok(Some(start)) };
        if let Some(when) = &webhook.when {
            let counts = self.evaluate(WHEN, when, &start.input)?;
            if matches!(counts, Value::Null | Value::Bool(false)) {
                self.notes.webhook("ignored");
                return Ok(None);
            }
        }
        let Some(mapping) = &webhook.mapping else { return Ok(Some(start)) };
        let mapped = self.evaluate(MAPPING, mapping, &start.input)?;
        let input = flow_input(mapped).map_err(|message| self.unmapped(MAPPING, message))?;
        Ok(Some(Start { input, ..start }))
    }

    fn evaluate(
        &self,
        expression: &'static str,
        source: &str,
        input: &Value,
    ) -> Result<Value, Error> {
        const NONE: Error = Error::internal("an expression of a webhook does not compile");
        let compile = |source: &str| Expression::compile(source, &[]).map_err(|_| NONE);
        let compiled = self.compiled.expressions.of(source, compile)?;
        compiled.evaluate(input, &Variables::new()).map_err(|error| {
            let message = match error {
                // Its own words may quote the event.
                EvaluationError::Failed(_) => "it fails on this event".to_owned(),
                EvaluationError::LimitExceeded(limit) => format!("it was stopped because {limit}"),
            };
            self.unmapped(expression, message)
        })
    }

    fn unmapped(&self, expression: &'static str, message: String) -> Error {
        self.notes.webhook(if expression == WHEN { "when_failed" } else { "mapping_failed" });
        Error::Unmapped { expression, message }
    }
}

/// `{message, user_variables}` as one object, in which a message of its own wins over a variable of that name.
/// What is wrong names nothing of the event.
fn flow_input(mapped: Value) -> Result<Value, String> {
    let Value::Object(mut members) = mapped else {
        return Err("its result should be an object".to_owned());
    };
    let (message, variables) = (members.remove("message"), members.remove("user_variables"));
    if !members.is_empty() {
        let only = "its result should have no members but message and user_variables";
        return Err(only.to_owned());
    }
    let mut input = Map::new();
    match message {
        None => {}
        Some(Value::String(text)) if text.len() > MAX_MAPPED_MESSAGE_BYTES => {
            return Err(format!("message is over {MAX_MAPPED_MESSAGE_BYTES} bytes"));
        }
        Some(Value::String(text)) => drop(input.insert("message".to_owned(), text.into())),
        Some(_) => return Err("message should be a string".to_owned()),
    }
    match variables {
        None => {}
        Some(ref large @ Value::Object(_))
            if large.to_string().len() > MAX_MAPPED_VARIABLES_BYTES =>
        {
            return Err(format!("user_variables is over {MAX_MAPPED_VARIABLES_BYTES} bytes"));
        }
        Some(Value::Object(variables)) => {
            for (name, value) in variables {
                input.entry(name).or_insert(value);
            }
        }
        Some(_) => return Err("user_variables should be an object".to_owned()),
    }
    Ok(Value::Object(input))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mapping_makes_a_message_and_variables_and_nothing_else() {
        let most = "m".repeat(MAX_MAPPED_MESSAGE_BYTES);
        // `{"v":""}` around it.
        let longest = "v".repeat(MAX_MAPPED_VARIABLES_BYTES - 8);
        let cases = [
            (json!({}), Ok(json!({}))),
            (json!({"message": "m"}), Ok(json!({"message": "m"}))),
            (
                json!({"user_variables": {"a": 1, "message": "v"}, "message": "m"}),
                Ok(json!({"message": "m", "a": 1})),
            ),
            (json!({"user_variables": {"message": "v"}}), Ok(json!({"message": "v"}))),
            (json!({"message": most}), Ok(json!({"message": most}))),
            (json!({"user_variables": {"v": longest}}), Ok(json!({"v": longest}))),
            (json!({"message": format!("{most}m")}), Err("message is over 32768 bytes")),
            (
                json!({"user_variables": {"v": format!("{longest}v")}}),
                Err("user_variables is over 65536 bytes"),
            ),
            (json!(null), Err("its result should be an object")),
            (json!("m"), Err("its result should be an object")),
            (
                json!({"message": "m", "secret": 1}),
                Err("its result should have no members but message and user_variables"),
            ),
            (json!({"message": null}), Err("message should be a string")),
            (json!({"user_variables": []}), Err("user_variables should be an object")),
        ];
        for (mapped, expected) in cases {
            assert_eq!(flow_input(mapped), expected.map_err(str::to_owned));
        }
    }
}
