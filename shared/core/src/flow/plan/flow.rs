//! A flow as a whole, ready to run.

use super::{Schema, TaskList, Template, WaitFor};

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
