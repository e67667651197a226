//! Ordinary programs and what jq says to them.

use crate::flow::expression::{EvaluationError, Expression, Variables};
use serde_json::Value;

/// The result as JSON text, or the error's text after `error: `.
fn run(program: &str, input: &str) -> String {
    let input: Value = serde_json::from_str(input).unwrap();
    let expression = match Expression::compile(program, &[]) {
        Ok(expression) => expression,
        Err(error) => return format!("does not compile: {error}"),
    };
    match expression.evaluate(&input, &Variables::new()) {
        Ok(output) => output.to_string(),
        Err(EvaluationError::Failed(message)) => format!("error: {message}"),
        Err(other) => other.to_string(),
    }
}

#[test]
fn ordinary_programs_give_what_jq_gives() {
    let paragraphs = include_str!("ordinary.txt").split("\n\n").map(str::trim);
    let mut differences = Vec::new();
    let mut count = 0;
    for paragraph in paragraphs.filter(|paragraph| !paragraph.starts_with('#')) {
        let [program, input, expected] = paragraph.lines().collect::<Vec<_>>()[..] else {
            panic!("not a program, an input and a result:\n{paragraph}")
        };
        count += 1;
        let found = run(program, input);
        if found != expected {
            differences
                .push(format!("{input} | {program}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {count} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}
