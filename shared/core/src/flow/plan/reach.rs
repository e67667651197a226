//! Which flows have effects, or take time on purpose.

use super::{Plan, TaskKind, TaskList};

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
