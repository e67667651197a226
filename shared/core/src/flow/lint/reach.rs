//! Tasks of a list that nothing leads to.

use crate::flow::{Case, Task, TaskKind, Then};

/// The places of the tasks that can never run, whatever the data.
pub(in crate::flow) fn unreachable(tasks: &[Task]) -> Vec<usize> {
    let mut reached = vec![false; tasks.len()];
    let mut open = vec![0];
    while let Some(place) = open.pop() {
        let (Some(task), Some(seen)) = (tasks.get(place), reached.get_mut(place)) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        follow(task, place, &mut open);
    }
    reached.iter().enumerate().filter(|(_, seen)| !**seen).map(|(place, _)| place).collect()
}

/// Where `task` may lead.
fn follow(task: &Task, place: usize, open: &mut Vec<usize>) {
    let mut push = |then: Then| match then {
        Then::Continue => open.push(place + 1),
        Then::Task(target) => open.push(target),
        Then::Exit | Then::End => {}
    };
    // Whether a skipped task's `then` counts is for the interpreter to say; a lint takes both.
    if task.condition.is_some() {
        push(task.then);
        push(Then::Continue);
    }
    match &task.kind {
        TaskKind::Raise(_) => {}
        TaskKind::Switch(cases) => {
            for case in cases {
                push(case.then);
            }
            if !cases.iter().any(is_default) {
                push(task.then);
            }
        }
        TaskKind::Try(tried) => {
            push(task.then);
            tried.catch.then.into_iter().for_each(push);
        }
        _ => push(task.then),
    }
}

const fn is_default(case: &Case) -> bool {
    case.when.is_none()
}
