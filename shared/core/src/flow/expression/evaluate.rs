//! Evaluation: small programs in place, larger ones on a thread with a large stack, all of them metered.

use super::compile::Expression;
use super::functions::{Engine, Handle};
use super::limits::{Limit, Limits};
use super::meter;
use super::value::{Error, Value};
use jaq_core::{Ctx, Exn, Vars};
use serde_json::Value as Json;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// What a program may use of the caller's stack. A tokio worker has 2 MiB, and its own frames on it.
const STACK_IN_PLACE_BYTES: usize = 256 << 10;
/// What a program may do in place. The lists inside `jaq` that it can build with it are dropped in a few 100 KiB of stack.
const WORK_IN_PLACE: u64 = 2_000;
/// What a program may build in place, its input included: converting twice should not cost much.
const MEMORY_IN_PLACE_BYTES: u64 = 256 << 10;
/// The stack of the thread for the rest: the program's own recursion ([`Limits::stack_bytes`]), and dropping the
/// longest list that [`Limits::work`] pays for, which takes 30 MiB, or 190 MiB in a debug build (measured with a
/// function of 400 closures that calls itself). Only the pages that are used take memory.
const STACK_BYTES: usize = if cfg!(debug_assertions) { 384 << 20 } else { 64 << 20 };
/// An error's text goes into logs and answers.
const LONGEST_MESSAGE_BYTES: usize = 1024;

/// The values of a program's variables, by their names without `$`.
#[derive(Clone, Default)]
pub struct Variables<'a>(Vec<(&'a str, &'a Json)>);

impl<'a> Variables<'a> {
    /// No variables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a variable; the last value counts.
    #[must_use]
    pub fn with(mut self, name: &'a str, value: &'a Json) -> Self {
        self.0.push((name, value));
        self
    }

    fn get(&self, name: &str) -> Option<&'a Json> {
        self.0.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// Why there is no result. Evaluating again with the same input ends the same way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// The program failed; the text is jq's. It may quote the input.
    #[error("{0}")]
    Failed(String),
    /// The program exceeded a limit of this service.
    #[error("the expression was stopped because {0}")]
    LimitExceeded(Limit),
}

impl Expression {
    /// Evaluates the program. Without any output the result is null, which is what a missing field is in jq;
    /// several outputs are an error, because leaving out all but one would lose data silently.
    ///
    /// Integers from -2^63 to 2^64 - 1 are exact; arithmetic beyond is in floats. Variables that were declared
    /// and are not given are null. This takes microseconds for what flows are made of, up to about a second of
    /// blocking where the program is hostile, and up to half a MiB of the caller's stack (twice that in a debug build).
    ///
    /// # Errors
    /// [`EvaluationError`]; evaluating again would end the same way.
    pub fn evaluate(
        &self,
        input: &Json,
        variables: &Variables<'_>,
    ) -> Result<Json, EvaluationError> {
        self.evaluate_within(&Limits::default(), input, variables)
    }

    /// [`Self::evaluate`] with limits of the caller's own.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn evaluate_within(
        &self,
        limits: &Limits,
        input: &Json,
        variables: &Variables<'_>,
    ) -> Result<Json, EvaluationError> {
        if let Some(found) = self.plain_result(input, variables) {
            return Ok(found.clone());
        }
        let in_place = Limits {
            work: limits.work.min(WORK_IN_PLACE),
            memory_bytes: limits.memory_bytes.min(MEMORY_IN_PLACE_BYTES),
            stack_bytes: limits.stack_bytes.min(STACK_IN_PLACE_BYTES),
            ..*limits
        };
        match self.run(&in_place, input, variables) {
            Err(EvaluationError::LimitExceeded(Limit::Work | Limit::Memory | Limit::Stack))
                if in_place != *limits =>
            {
                on_large_stack(|| self.run(limits, input, variables))
                    .unwrap_or_else(|| Err(EvaluationError::LimitExceeded(Limit::Memory)))
            }
            result => result,
        }
    }

    fn plain_result<'a>(&self, input: &'a Json, variables: &Variables<'a>) -> Option<&'a Json> {
        let plain = self.plain()?;
        let start = match &plain.variable {
            Some(name) => variables.get(name)?,
            None => input,
        };
        plain.find(start)
    }

    fn run(
        &self,
        limits: &Limits,
        input: &Json,
        variables: &Variables<'_>,
    ) -> Result<Json, EvaluationError> {
        meter::start(limits);
        let evaluation = || {
            let values =
                self.variables().map(|name| variables.get(name).map_or(Value::Null, Value::from));
            let context = Ctx::<Engine>::new(
                Handle::new(&self.filter().lut, self.source().len()),
                Vars::new(values),
            );
            let mut outputs = self.filter().id.run((context, Value::from(input)));
            let output: Option<Value> = outputs.next().transpose().map_err(failed)?;
            if output.is_some() && outputs.next().transpose().map_err(failed)?.is_some() {
                let message = "the expression has several results where one is needed; `[…]` makes them an array, `first(…)` takes the first";
                return Err(EvaluationError::Failed(message.to_owned()));
            }
            let mut left = limits.output_bytes;
            Ok(output.map_or(Json::Null, |output| output.to_json(&mut left)))
        };
        catch_unwind(AssertUnwindSafe(evaluation)).unwrap_or_else(|payload| Err(stopped(&*payload)))
    }
}

/// Runs `f` on a thread whose stack holds whatever the limits allow. None if there is no memory for a thread.
pub(super) fn on_large_stack<T: Send>(f: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("expression".to_owned()).stack_size(STACK_BYTES);
        thread.spawn_scoped(scope, f).ok()?.join().ok()
    })
}

fn failed(exception: Exn<'_, Value>) -> EvaluationError {
    let error: Result<Error, _> = exception.get_err();
    let mut message = error.map_or_else(|_| "break outside of its label".to_owned(), describe);
    if message.len() > LONGEST_MESSAGE_BYTES {
        let end = (0..=LONGEST_MESSAGE_BYTES)
            .rev()
            .find(|end| message.is_char_boundary(*end))
            .unwrap_or(0);
        message.truncate(end);
        message.push('…');
    }
    EvaluationError::Failed(message)
}

fn describe(error: Error) -> String {
    match error.into_val() {
        Value::Text(text) => String::clone(&text),
        other => format!("{other} (not a string)"),
    }
}

/// What unwound: one of our limits, or a bug in the interpreter, which the program must not turn into an abort.
fn stopped(payload: &(dyn Any + Send)) -> EvaluationError {
    match payload.downcast_ref::<Limit>() {
        Some(limit) => EvaluationError::LimitExceeded(*limit),
        None => EvaluationError::Failed(
            "the expression could not be evaluated: the interpreter failed".to_owned(),
        ),
    }
}
