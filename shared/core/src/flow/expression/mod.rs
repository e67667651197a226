//! jq expressions in flows: compiled once per flow version, evaluated by `jaq` under hard limits.
//!
//! Both the program and its input are hostile. What holds the bound:
//!
//! * `jaq` is generic over its values and its context. Ours count: every step of the interpreter asks the
//!   context for its lookup table, and every operation on a value is one of `Value`'s, so both pay from
//!   one meter (`meter`) for work, memory and stack. Nothing in `jaq` loops, allocates or recurses at length
//!   without one of the two, except over the source (`source` bounds it) and in `Drop`.
//! * Most of those operations cannot return an error, and an error could be caught by the program's own
//!   `try`. A limit therefore unwinds (`resume_unwind`, no message, no abort) to `evaluate`, which turns it into
//!   [`EvaluationError::LimitExceeded`]. This needs `panic = "unwind"`.
//! * Dropping recurses. Values nest at most [`Limits::MAX_NESTING`] deep, and the lists
//!   inside `jaq` (closures, paths) grow by paid work only, so the work limit bounds the stack that drops them.
//! * Small programs run where they are called. Whoever needs more than that is evaluated
//!   again, from the start, on a thread of its own with a stack that is large enough; expressions are pure.
//! * The functions are an allow-list: no clock, environment, randomness, files, other inputs or output streams.
//!
//! This module must not know what a flow is; it names nothing else of the crate but `nearest`, for hints.

mod compile;
mod diagnose;
mod evaluate;
mod functions;
mod limits;
mod meter;
mod plain;
mod prelude;
mod source;
mod value;

#[cfg(test)]
mod tests;

pub use compile::{CompileError, Expression, unwrap};
pub use evaluate::{EvaluationError, Variables};
pub use limits::{Limit, Limits};
