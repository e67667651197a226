//! `call: http`: from the task to its answer, or to the error that stands for it.

use serde_json::Value;

use super::{
    deadline::Deadline, fault::Fault, machine::Machine, response, size::Budget, step::Step,
    template::too_large,
};
use crate::{
    flow::{ErrorKind, Host, HttpCall, raise},
    model::{CallFailure, FailureKind, RunError},
};

type Result<T, S> = std::result::Result<T, Fault<S>>;

impl<H: Host> Machine<'_, H> {
    /// The task's output.
    pub(super) async fn call(&self, step: &Step<'_>, call: &HttpCall) -> Result<Value, H::Stop> {
        let key = step.key();
        let deadline = step.frame.deadline;
        let until = deadline.map(|deadline| deadline.at);
        let request = self.request(step, call, until)?;
        let described = response::describe_request(call.output, &request);
        if let Some(deadline) = deadline {
            self.in_time(deadline, &format!("{key}/due"))?;
        }
        let answer = match self.host.http(&key, request).await.map_err(Fault::Stop)? {
            Ok(answer) => answer,
            Err(failure) => return Err(self.failed(step, &key, deadline, failure)),
        };
        response::accept(&answer, call.redirect, &step.task.path)?;
        let output = response::output(call.output, answer, described, &step.task.path)?;
        Budget::new().pay(&output).map_err(|_| too_large(&step.task.path))?;
        Ok(output)
    }

    /// What a call without an answer raises. One that ran into the deadline of a task is that
    /// task's timeout; one that was only slow is a gateway timeout, as a proxy would answer.
    pub(super) fn failed(
        &self,
        step: &Step<'_>,
        key: &str,
        deadline: Option<Deadline<'_>>,
        failure: CallFailure,
    ) -> Fault<H::Stop> {
        let path = &step.task.path;
        let communication =
            |status, message| RunError { status, ..raise(ErrorKind::Communication, path, message) };
        match failure.kind {
            // The flow asks for what it must not or cannot have; no other try will get it.
            FailureKind::Refused => raise(ErrorKind::Configuration, path, failure.message).into(),
            FailureKind::Answered(status) => communication(status, failure.message).into(),
            FailureKind::Unreachable => communication(503, failure.message).into(),
            FailureKind::TimedOut => {
                let late = deadline
                    .and_then(|deadline| self.in_time(deadline, &format!("{key}/late")).err());
                late.unwrap_or_else(|| communication(504, failure.message).into())
            }
        }
    }
}
