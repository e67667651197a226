//! A flow ready to run: names resolved, expressions compiled, durations read. Made by `load`,
//! read by the interpreter; says nothing about the text it came from.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::Expression;
use crate::model::LogLevel;

/// A whole flow.
#[derive(Debug)]
pub struct Plan {
    /// What it is called.
    pub document: Document,
    /// What its input must look like.
    pub input_schema: Option<Schema>,
    /// How its input is transformed before the first task.
    pub input_from: Option<Template>,
    /// Its tasks.
    pub tasks: TaskList,
    /// How long the whole flow may take.
    pub timeout: Option<WaitFor>,
    /// How the last task's output becomes the flow's.
    pub output_as: Option<Template>,
    /// What its output must look like.
    pub output_schema: Option<Schema>,
    /// Whether it may read or write its run's thread: a task does, or an expression names `$runtime`.
    pub uses_thread: bool,
}

impl Plan {
    /// Whether running the flow can have an effect, or take time on purpose. One that cannot may be
    /// run again from the start at no cost but the computing.
    #[must_use]
    pub fn reaches_out(&self) -> bool {
        self.tasks.reach_out()
    }
}

impl TaskList {
    fn reach_out(&self) -> bool {
        self.0.iter().any(|task| match &task.kind {
            TaskKind::CallHttp(_)
            | TaskKind::CallLlm(_)
            | TaskKind::Listen(_)
            | TaskKind::Wait(_) => true,
            TaskKind::CallLog(_)
            | TaskKind::CallThread(_)
            | TaskKind::Raise(_)
            | TaskKind::Set(_)
            | TaskKind::Switch(_) => false,
            TaskKind::Do(tasks) => tasks.reach_out(),
            TaskKind::For(each) => each.tasks.reach_out(),
            // A retry pauses.
            TaskKind::Try(tried) => {
                let handler = tried.catch.tasks.as_ref();
                tried.catch.retry.is_some()
                    || tried.tasks.reach_out()
                    || handler.is_some_and(Self::reach_out)
            }
        })
    }
}

/// A flow's own description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The version of the language, `1.0.3`.
    pub dsl: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// For people.
    pub title: Option<String>,
}

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

/// A value with expressions (`${ … }` as a whole string) in any place.
#[derive(Debug)]
pub enum Template {
    /// Taken as it stands.
    Literal(Value),
    /// Evaluated.
    Expression(Expression),
    /// Members evaluated one by one, in order.
    Object(Vec<(String, Self)>),
    /// Items evaluated one by one.
    Array(Vec<Self>),
}

/// A JSON Schema (draft 2020-12), compiled; it reaches no other document.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Compiled.
    pub validator: Arc<jsonschema::Validator>,
    /// As it was written.
    pub document: Arc<Value>,
}

/// How long: fixed, or evaluated to ISO 8601 text or a duration object.
#[derive(Debug)]
pub enum WaitFor {
    /// Known when the flow was read.
    Fixed(Duration),
    /// Known when the task runs.
    Evaluated(Template),
}

/// An HTTP call.
#[derive(Debug)]
pub struct HttpCall {
    /// The method, upper case; may be an expression.
    pub method: Template,
    /// The URI: a whole-string expression, or a literal URI template with `{name}` taken from the task's input.
    pub uri: Template,
    /// Credentials.
    pub authentication: Option<Authentication>,
    /// Headers: an object of texts, or an expression that gives one.
    pub headers: Option<Template>,
    /// Query parameters, likewise.
    pub query: Option<Template>,
    /// The body: a text is sent as it is, any other value as JSON.
    pub body: Option<Template>,
    /// What the task's output is.
    pub output: HttpOutput,
    /// Whether a 3xx answer is accepted as it is; otherwise it is followed, and one that stays is an error.
    pub redirect: bool,
}

/// Credentials of a call.
#[derive(Debug)]
pub enum Authentication {
    /// RFC 7617.
    Basic {
        /// The user.
        username: Template,
        /// The password.
        password: Template,
    },
    /// RFC 6750.
    Bearer {
        /// The token.
        token: Template,
    },
}

/// What an HTTP call puts out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpOutput {
    /// The body in base64.
    Raw,
    /// The body, read as JSON where its type says so.
    Content,
    /// `{request, statusCode, headers, content}`.
    Response,
}

/// A question to a language model.
#[derive(Debug)]
pub struct LlmCall {
    /// Which of the workspace's providers is asked, by name.
    pub provider: Template,
    /// The model; the provider's default where there is none.
    pub model: Option<Template>,
    /// What the model is told before all messages.
    pub instruction: Option<Template>,
    /// What it is asked.
    pub prompt: Prompt,
    /// From 0 to 2.
    pub temperature: Option<Template>,
    /// How much it may write at most.
    pub max_tokens: Option<Template>,
    /// What its answer must look like.
    pub output: Option<LlmOutput>,
    /// Whether the answer is to come piece by piece.
    pub stream: bool,
    /// How much of the thread's conversation goes before, to which question and answer are added then.
    pub thread: Option<ThreadHistory>,
}

/// How much of a thread's conversation a model is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadHistory {
    /// So many of its newest messages at most.
    pub max_messages: usize,
    /// No more than this, in bytes of JSON.
    pub max_bytes: usize,
    /// Whether what is older is summed up by the model, instead of dropped.
    pub summarize: bool,
}

/// What is to be kept in the run's thread.
#[derive(Debug)]
pub struct ThreadCall {
    /// The document, in place of the one before.
    pub document: Option<Template>,
    /// Messages that are added: a list of `{role, content}`.
    pub messages: Option<Template>,
}

/// What a model is asked.
#[derive(Debug)]
pub enum Prompt {
    /// A conversation: a list of `{role, content}`.
    Messages(Template),
    /// One message of the user: text, or any value, as JSON.
    Input(Template),
}

/// What a model's answer must look like.
#[derive(Debug)]
pub struct LlmOutput {
    /// What the schema is called.
    pub name: String,
    /// The schema.
    pub schema: Schema,
}

/// What a task listens for.
#[derive(Debug)]
pub struct Listen {
    /// The types of events, at least one; the first event of any of them ends it.
    pub kinds: Vec<Template>,
    /// What of the event is put out.
    pub read: ReadAs,
    /// What a person is asked.
    pub ask: Option<Ask>,
}

/// How an event is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// Its data.
    Data,
    /// All of it, as a `CloudEvent`.
    Envelope,
    /// Its data as JSON text.
    Raw,
}

/// What a person is asked (`metadata` of a task that listens).
#[derive(Debug)]
pub struct Ask {
    /// In words.
    pub question: Template,
    /// The answers there are; any will do where there is no list.
    pub choices: Option<Template>,
    /// What an answer must look like.
    pub schema: Option<Schema>,
}

/// A line for the run's log.
#[derive(Debug)]
pub struct LogCall {
    /// How much it matters.
    pub level: LogLevel,
    /// What to say: text, or any value, shown as JSON.
    pub message: Template,
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

/// An error to raise.
#[derive(Debug)]
pub struct ErrorTemplate {
    /// The kind's URI.
    pub kind: Template,
    /// The status.
    pub status: Template,
    /// In a few words.
    pub title: Option<Template>,
    /// What happened.
    pub detail: Option<Template>,
    /// The task; this one unless said.
    pub instance: Option<Template>,
}

/// `try … catch`.
#[derive(Debug)]
pub struct Try {
    /// What is tried.
    pub tasks: TaskList,
    /// What is caught, and then.
    pub catch: Catch,
}

/// What a `try` catches.
#[derive(Debug)]
pub struct Catch {
    /// Members an error must have to be caught; all absent: every error.
    pub errors: ErrorFilter,
    /// The name of the error variable; `error` unless said.
    pub name: String,
    /// Caught only where true.
    pub when: Option<Expression>,
    /// Not caught where true.
    pub except_when: Option<Expression>,
    /// Tried again so.
    pub retry: Option<Retry>,
    /// Run once no try is left. With `retry` and without these and `then`, the error is raised
    /// again: who asks for more tries and nothing else wants it to work, not to be ignored.
    pub tasks: Option<TaskList>,
    /// What follows the `try` once an error was caught; what follows it otherwise unless said.
    pub then: Option<Then>,
}

/// A static filter on errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorFilter {
    /// The kind's URI.
    pub kind: Option<String>,
    /// The status.
    pub status: Option<u16>,
    /// The task's path.
    pub instance: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The detail.
    pub detail: Option<String>,
}

/// How a failed `try` is tried again.
#[derive(Debug)]
pub struct Retry {
    /// Tried again only where true.
    pub when: Option<Expression>,
    /// Not tried again where true.
    pub except_when: Option<Expression>,
    /// Before the first new try.
    pub delay: Duration,
    /// How the delay grows.
    pub backoff: Backoff,
    /// Most tries in all, the first included.
    pub max_attempts: Option<u32>,
    /// How long one try may take.
    pub attempt_timeout: Option<Duration>,
    /// How long all tries together may take.
    pub total_timeout: Option<Duration>,
    /// Spread added to each delay, between these two.
    pub jitter: Option<(Duration, Duration)>,
}

/// How a delay grows with tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// It does not.
    Constant,
    /// `delay × try`.
    Linear,
    /// `delay × 2^(try − 1)`.
    Exponential,
}
