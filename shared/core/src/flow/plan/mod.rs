//! A flow ready to run: names resolved, expressions compiled, durations read. Made by `load`,
//! read by the interpreter; says nothing about the text it came from.

mod call;
mod error;
mod flow;
mod listen;
mod llm;
mod reach;
mod task;
mod template;
mod thread;

pub use call::{Authentication, HttpCall, HttpOutput, LogCall};
pub use error::{Backoff, Catch, ErrorFilter, ErrorTemplate, Retry, Try};
pub use flow::{Document, Plan};
pub use listen::{Ask, Listen, ReadAs};
pub use llm::{LlmCall, LlmOutput, Prompt};
pub use task::{Case, For, Task, TaskKind, TaskList, Then};
pub use template::{Schema, Template, WaitFor};
pub use thread::{ThreadCall, ThreadHistory};
