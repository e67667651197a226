//! What all tasks of a run share, and the evaluation of expressions.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    deadline::Deadline,
    fault::Fault,
    run::RunFacts,
    scope::{Binding, View},
    step::{Data, Step},
};
use crate::{
    flow::{ErrorKind, Expression, Host, Plan, Variables, WaitFor, duration, raise},
    model::{RunError, ThreadContext, Timestamp},
};

/// Under a deadline, every so many tasks the time is looked at even if nothing reached out. Each
/// look is remembered, so it must be rare; this many tasks take a few milliseconds.
const TASKS_BETWEEN_LOOKS: u32 = 256;

/// One run.
pub(super) struct Machine<'r, H> {
    pub(super) plan: &'r Plan,
    pub(super) host: &'r H,
    pub(super) facts: RunFacts<'r>,
    /// As the run has changed it so far.
    pub(super) thread: Mutex<Option<ThreadContext>>,
    context: Mutex<Data>,
    tasks_under_deadline: AtomicU32,
}

impl<'r, H: Host> Machine<'r, H> {
    pub(super) fn new(plan: &'r Plan, host: &'r H, facts: RunFacts<'r>) -> Self {
        Self {
            plan,
            host,
            facts,
            thread: Mutex::new(facts.thread.map(|thread| thread.context.clone())),
            context: Mutex::default(),
            tasks_under_deadline: AtomicU32::new(0),
        }
    }

    /// Replaces `$context`.
    pub(super) fn export(&self, context: Data) {
        *self.context.lock().unwrap_or_else(PoisonError::into_inner) = context;
    }

    fn context(&self) -> Data {
        Arc::clone(&self.context.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The value of `expression` on `input`.
    pub(super) fn evaluate(
        &self,
        expression: &Expression,
        input: &Value,
        view: &View<'_>,
    ) -> Result<Value, RunError> {
        let names = |wanted| expression.variables().any(|name| name == wanted);
        let context = self.context();
        let task = view.task.filter(|_| names("task"));
        let task = task.map(|step| self.describe(step, view.raw_output));
        let workflow = names("workflow").then(|| self.describe_flow());
        let runtime = names("runtime").then(|| self.describe_runtime());
        let known = |name: &str| match name {
            "context" => Some(&*context),
            "input" => view.input,
            "output" => view.output,
            "task" => task.as_ref(),
            "workflow" => workflow.as_ref(),
            "runtime" => runtime.as_ref(),
            _ => None,
        };
        let mut variables = Variables::new();
        for name in expression.variables() {
            if let Some(value) = Binding::find(view.bindings, name).or_else(|| known(name)) {
                variables = variables.with(name, value);
            }
        }
        expression
            .evaluate(input, &variables)
            .map_err(|error| raise(ErrorKind::Expression, view.instance, error.to_string()))
    }

    /// Whether `condition` holds on `input`, as jq's own `if` sees it: all but false and null.
    pub(super) fn holds(
        &self,
        condition: &Expression,
        input: &Value,
        view: &View<'_>,
    ) -> Result<bool, RunError> {
        let value = self.evaluate(condition, input, view)?;
        Ok(!matches!(value, Value::Null | Value::Bool(false)))
    }

    fn describe(&self, step: &Step<'_>, raw_output: Option<&Value>) -> Value {
        json!({
            "name": step.task.name,
            "reference": step.task.path,
            "input": *step.raw,
            "output": raw_output,
            "startedAt": describe_time(self.host.reached_at(&step.key_of("started"))),
        })
    }

    fn describe_flow(&self) -> Value {
        let document = &self.plan.document;
        json!({
            "id": self.facts.id.to_string(),
            "definition": {
                "document": {
                    "dsl": document.dsl,
                    "namespace": document.namespace,
                    "name": document.name,
                    "version": document.version,
                    "title": document.title,
                },
            },
            "input": self.facts.input,
            "startedAt": describe_time(self.facts.started_at),
        })
    }

    /// Only the major version: a run may begin under one release and go on under the next, and an
    /// expression must have the same value under both.
    fn describe_runtime(&self) -> Value {
        json!({
            "name": "trigger-api",
            "version": env!("CARGO_PKG_VERSION_MAJOR"),
            "metadata": {
                "workspace": self.facts.workspace,
                "trigger": self.facts.trigger,
                "environment": self.facts.environment,
                "thread": self.describe_thread(),
            },
        })
    }

    /// How long `length` is, evaluated on `input`.
    pub(super) fn duration(
        &self,
        length: &WaitFor,
        input: &Value,
        view: &View<'_>,
    ) -> Result<Duration, RunError> {
        match length {
            WaitFor::Fixed(duration) => Ok(*duration),
            WaitFor::Evaluated(template) => {
                let value = self.render(template, input, view)?;
                duration::from_value(&value)
                    .map_err(|message| raise(ErrorKind::Expression, view.instance, message))
            }
        }
    }

    /// The time, remembered under `key`, unless `deadline` has passed by then.
    pub(super) fn in_time(
        &self,
        deadline: Deadline<'_>,
        key: &str,
    ) -> Result<Timestamp, Fault<H::Stop>> {
        let now = self.host.reached_at(key);
        if now >= deadline.at { Err(deadline.overdue()) } else { Ok(now) }
    }

    /// Ends a flow that never reaches out once its deadline has passed.
    pub(super) fn look_at_time(&self, step: &Step<'_>) -> Result<(), Fault<H::Stop>> {
        let Some(deadline) = step.frame.deadline else { return Ok(()) };
        let count = self.tasks_under_deadline.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        if count.is_multiple_of(TASKS_BETWEEN_LOOKS) {
            self.in_time(deadline, &step.key_of("look"))?;
        }
        Ok(())
    }
}

/// The language's date time descriptor.
fn describe_time(time: Timestamp) -> Value {
    json!({
        "iso8601": time.to_string(),
        "epoch": { "seconds": time.as_secs(), "milliseconds": time.as_millis() },
    })
}
