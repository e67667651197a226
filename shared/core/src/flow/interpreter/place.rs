//! Names of the instances of tasks, the roots of all keys.
//!
//! A task's path in the flow is one place; loops, backward `then`s and retries run it several
//! times. Each such time has a name of its own, and the same one whenever the run is resumed:
//! `/do/2/loop[3]/do/0/call~2#1` is the first try of the second visit of `call` in the fourth
//! round. The round, visit and try stand behind a name that is fixed by the index before it, so no
//! name of a task can imitate them.

use crate::flow::Task;

/// Where a list of tasks runs.
#[derive(Debug)]
pub(super) struct Place {
    /// The instance path of the task that holds the list, with its round or outer try.
    path: String,
    /// How long that task's path in the flow is: what follows it is the way to the tasks of the list.
    depth_bytes: usize,
    /// Which try of the nearest `try` this is, from 1.
    pub(super) attempt: u32,
    /// Whether the list is the flow's own.
    pub(super) is_top: bool,
}

impl Place {
    /// The flow's own list.
    pub(super) const fn top() -> Self {
        Self { path: String::new(), depth_bytes: 0, attempt: 1, is_top: true }
    }

    /// A list inside of `task`, whose instance is at `path`.
    pub(super) fn inside(task: &Task, path: String, attempt: u32) -> Self {
        Self { path, depth_bytes: task.path.len(), attempt, is_top: false }
    }

    /// The instance path of the task that holds the list.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The instance path of `task`, which stands in this list and is visited for the `visit`th time.
    pub(super) fn instance(&self, task: &Task, visit: u32) -> String {
        let way = task.path.get(self.depth_bytes..).unwrap_or(&task.path);
        if visit > 1 {
            format!("{}{way}~{visit}", self.path)
        } else {
            let mut path = String::with_capacity(self.path.len() + way.len());
            path.push_str(&self.path);
            path.push_str(way);
            path
        }
    }
}

/// `path` as the place of a `try` whose own tries are counted behind its tasks: the try of the
/// enclosing `try` that it runs in is written into the path, where it is not the first.
pub(super) fn within_attempt(path: &str, attempt: u32) -> String {
    if attempt > 1 { format!("{path}#{attempt}") } else { path.to_owned() }
}
