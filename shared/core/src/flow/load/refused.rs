//! Kinds of tasks that are sound but not run: their shape and the tasks inside them are checked
//! all the same.

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::Scope,
};
use crate::flow::{
    TaskKind,
    definition::{EmitTask, ForkTask, RunTask},
    nearest::one_of,
};

/// What `run` can run.
const PROCESSES: [&str; 4] = ["container", "script", "shell", "workflow"];

impl Loader<'_> {
    /// Checks the task and refuses it: never `Ok`.
    pub(super) fn refused_task(
        &mut self,
        kind: &str,
        place: &Place<'_>,
        path: &str,
        scope: &Scope,
    ) -> Found<TaskKind> {
        let body = place.part(kind)?;
        let mut name = format!("`{kind}`");
        match kind {
            "emit" => drop(self.body::<EmitTask>(place)),
            "fork" => {
                drop(self.body::<ForkTask>(place));
                if let Some(branches) = body.member("branches") {
                    drop(self.task_list(&branches, &format!("{path}/fork/branches"), scope));
                }
            }
            _ => {
                drop(self.body::<RunTask>(place));
                let process = PROCESSES.into_iter().find(|name| body.member(name).is_some());
                let Some(process) = process else {
                    let message = format!("expected {}", one_of(&PROCESSES));
                    return Err(self.faults.at_key(&body, Remark::error(message)));
                };
                name = format!("`run.{process}`");
            }
        }
        Err(self.faults.at_key(&body, Remark::refused(&name)))
    }

    /// The subscription of `call: asyncapi`.
    pub(super) fn check_subscription(&mut self, with: &Place<'_>) {
        if let Some(subscription) = with.member("subscription") {
            self.check_iteration(&subscription, &Scope::default());
        }
    }

    /// `foreach` of what consumes events.
    pub(super) fn check_iteration(&mut self, owner: &Place<'_>, scope: &Scope) {
        let Some(foreach) = owner.member("foreach") else { return };
        let item = self.variable(&foreach, "item", "item");
        let at = self.variable(&foreach, "at", "index");
        if let Some(tasks) = foreach.member("do") {
            drop(self.task_list(&tasks, "", &scope.with([item.as_str(), at.as_str()])));
        }
    }
}
