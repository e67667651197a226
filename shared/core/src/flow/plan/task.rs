//! Tasks, in what order, and what each does.

use super::{
    ErrorTemplate, HttpCall, Listen, LlmCall, LogCall, Schema, Template, ThreadCall, Try, WaitFor,
};
use crate::flow::Expression;

/// Tasks in order.
#[derive(Debug, Default)]
pub struct TaskList(pub Vec<Task>);

/// One named task.
#[derive(Debug)]
pub struct Task {
    /// Its name, unique in its list.
    pub name: String,
    /// Where it stands in the flow, as a JSON pointer: `/do/0/getPet`, `/do/1/tryIt/try/0/getPet`.
    pub path: String,
    /// Skips the task where it is not true.
    pub condition: Option<Expression>,
    /// What its input must look like.
    pub input_schema: Option<Schema>,
    /// How its input is transformed.
    pub input_from: Option<Template>,
    /// How its output is transformed.
    pub output_as: Option<Template>,
    /// What its output must look like.
    pub output_schema: Option<Schema>,
    /// What it leaves in `$context`.
    pub export_as: Option<Template>,
    /// What the context must look like.
    pub export_schema: Option<Schema>,
    /// How long it may take.
    pub timeout: Option<WaitFor>,
    /// What follows it.
    pub then: Then,
    /// What it does.
    pub kind: TaskKind,
}

/// What follows a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The next task of the list, or the list's end.
    Continue,
    /// The end of this list; the enclosing task goes on.
    Exit,
    /// The end of the flow.
    End,
    /// The task at this place of the same list.
    Task(usize),
}

/// What a task does.
#[derive(Debug)]
pub enum TaskKind {
    /// `call: http`.
    CallHttp(Box<HttpCall>),
    /// `call: llm`.
    CallLlm(Box<LlmCall>),
    /// `call: log`.
    CallLog(LogCall),
    /// `call: thread`.
    CallThread(Box<ThreadCall>),
    /// `do`.
    Do(TaskList),
    /// `for`.
    For(Box<For>),
    /// `listen`.
    Listen(Box<Listen>),
    /// `raise`.
    Raise(Box<ErrorTemplate>),
    /// `set`.
    Set(Template),
    /// `switch`.
    Switch(Vec<Case>),
    /// `try`.
    Try(Box<Try>),
    /// `wait`.
    Wait(WaitFor),
}

/// A loop.
#[derive(Debug)]
pub struct For {
    /// The name of the item variable, without `$`; `item` unless said.
    pub each: String,
    /// What to go through: an array.
    pub collection: Expression,
    /// The name of the index variable; `index` unless said.
    pub at: String,
    /// Ends the loop where it is not true; looked at before each round.
    pub condition: Option<Expression>,
    /// The body.
    pub tasks: TaskList,
}

/// One way out of a `switch`.
#[derive(Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Taken where true; absent on the default case.
    pub when: Option<Expression>,
    /// Where it leads.
    pub then: Then,
}
