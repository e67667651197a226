//! What people are asked, and their answers to it.

use std::sync::Arc;

use jsonschema::PatternOptions;
use serde_json::Value;

use super::Schema;
use crate::model::Question;

/// Largest compiled pattern, in bytes. Patterns are matched in linear time.
const MAX_PATTERN_BYTES: usize = 256 * 1024;

/// Longest type of an event, in bytes.
const MAX_KIND_BYTES: usize = 256;

/// Longest question, in bytes: it stands in lines, on pages, and in messages to people.
const MAX_QUESTION_BYTES: usize = 2000;

/// Most answers to choose from, and the longest, in bytes: they become buttons.
const MAX_CHOICES: usize = 20;
const MAX_CHOICE_BYTES: usize = 100;

/// What is said of another type.
pub(super) const KIND: &str = "an event's type is a text of 1 to 256 bytes";

/// What is said of another question.
pub(super) const QUESTION: &str = "a question is a text of 1 to 2,000 bytes";

/// What is said of another list of choices.
pub(super) const CHOICES: &str = "choices are a list of 1 to 20 texts of 1 to 100 bytes";

/// The answer is none to this question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAnswer {
    /// What is wrong, without the data.
    pub message: String,
}

/// Whether `data` answers `question`.
///
/// # Errors
/// [`InvalidAnswer`] where it is none of the choices, or not what the schema says.
pub fn check_answer(question: &Question, data: &Value) -> Result<(), InvalidAnswer> {
    let is_choice = |choice: &String| data.as_str() == Some(choice);
    if !question.choices.is_empty() && !question.choices.iter().any(is_choice) {
        let message = format!("expected one of the choices: {}", question.choices.join(", "));
        return Err(InvalidAnswer { message });
    }
    let Some(schema) = &question.schema else { return Ok(()) };
    // It was compiled when the flow was published.
    let schema = compile(schema).map_err(|_| InvalidAnswer {
        message: "the question's schema cannot be read".to_owned(),
    })?;
    schema.validator.validate(data).map_err(|error| {
        let place = error.instance_path().to_string();
        let place = if place.is_empty() { "the data" } else { &place };
        InvalidAnswer { message: format!("{place}: {}", error.masked_with("the value")) }
    })
}

/// The schema that `document` is. It reaches no other document.
pub(super) fn compile(
    document: &Value,
) -> Result<Schema, Box<jsonschema::ValidationError<'static>>> {
    let patterns =
        PatternOptions::regex().size_limit(MAX_PATTERN_BYTES).dfa_size_limit(MAX_PATTERN_BYTES);
    let built = jsonschema::options().with_pattern_options(patterns).offline().build(document);
    match built {
        Ok(validator) => {
            Ok(Schema { validator: Arc::new(validator), document: Arc::new(document.clone()) })
        }
        Err(error) => Err(Box::new(error)),
    }
}

pub(super) fn is_kind(value: &Value) -> bool {
    is_text(value, MAX_KIND_BYTES)
}

pub(super) fn is_question(value: &Value) -> bool {
    is_text(value, MAX_QUESTION_BYTES)
}

pub(super) fn are_choices(value: &Value) -> bool {
    let Value::Array(list) = value else { return false };
    (1..=MAX_CHOICES).contains(&list.len())
        && list.iter().all(|choice| is_text(choice, MAX_CHOICE_BYTES))
}

fn is_text(value: &Value, longest: usize) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty() && text.len() <= longest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn question(choices: &[&str], schema: Option<Value>) -> Question {
        let choices = choices.iter().map(|&choice| choice.to_owned()).collect();
        Question { text: "Shall we?".to_owned(), choices, schema }
    }

    #[test]
    fn an_answer_is_held_to_the_choices_and_to_the_schema() {
        let number = json!({"type": "object", "properties": {"n": {"type": "number"}}});
        for (question, data, complaint) in [
            (question(&[], None), json!({"any": "thing"}), None),
            (question(&["yes", "no"], None), json!("no"), None),
            (
                question(&["yes", "no"], None),
                json!("maybe"),
                Some("expected one of the choices: yes, no"),
            ),
            (
                question(&["yes"], None),
                json!({"yes": true}),
                Some("expected one of the choices: yes"),
            ),
            (question(&[], Some(number.clone())), json!({"n": 1}), None),
            (
                question(&[], Some(number)),
                json!({"n": "a secret"}),
                Some("/n: the value is not of type \"number\""),
            ),
        ] {
            let said = check_answer(&question, &data).map_err(|invalid| invalid.message);
            assert_eq!(said.err().as_deref(), complaint);
        }
    }

    #[test]
    fn questions_and_choices_are_bounded() {
        assert!(is_question(&json!("Shall we?")) && !is_question(&json!(" ")));
        assert!(!is_question(&json!("?".repeat(2001))) && !is_question(&json!(1)));
        assert!(are_choices(&json!(["yes", "no"])) && !are_choices(&json!([])));
        assert!(!are_choices(&json!(["yes", 1])) && !are_choices(&json!(vec!["a"; 21])));
    }
}
