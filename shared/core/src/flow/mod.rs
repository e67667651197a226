//! The flow language: the Open Workflow DSL 1.0.3 as this runtime ships it.
//!
//! A document is read by `definition` and `load` into a `plan` whose expressions are compiled and
//! whose names are resolved; the `interpreter` runs a plan. Whatever reaches out goes through the
//! one trait `Host`. Nothing here knows AWS, storage or the wire.

mod answer;
mod declared;
mod definition;
mod duration;
mod errors;
mod expression;
mod fault;
mod host;
mod interpreter;
mod lint;
mod load;
mod nearest;
mod plan;
mod prompt;
mod source;
mod texts;

pub use answer::{InvalidAnswer, check_answer};
pub use declared::{DeclaredInputs, InputKind};
pub use errors::{ErrorKind, raise};
pub use expression::{CompileError, EvaluationError, Expression, Limit, Limits, Variables, unwrap};
pub use fault::{Fault, Severity};
pub use host::{Host, HttpRequest, ListenRequest, LlmRequest, LogEvent, Progress};
pub use interpreter::{RunFacts, ThreadFacts, run};
pub use load::{Checked, check};
pub use plan::{
    Ask, Authentication, Backoff, Case, Catch, Document, ErrorFilter, ErrorTemplate, For, HttpCall,
    HttpOutput, Listen, LlmCall, LlmOutput, LogCall, Plan, Prompt, ReadAs, Retry, Schema, Task,
    TaskKind, TaskList, Template, Then, ThreadCall, ThreadHistory, Try, WaitFor,
};
pub use texts::typed;
