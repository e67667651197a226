//! Lists of named tasks.

use indexmap::IndexMap;

use super::{
    faults::{Found, Remark, Reported},
    loader::Loader,
    place::{Place, push_escaped},
    scope::Scope,
};
use crate::flow::{
    Task, TaskList, Then, fault::quoted, lint::unreachable, nearest::closest, source::Node,
};

/// Longest name of a task, in bytes. A name is part of the path, and with it of the key, of every
/// effect below it.
const MAX_TASK_NAME_BYTES: usize = 256;

/// Words that `then` takes for itself.
const DIRECTIVES: [&str; 3] = ["continue", "exit", "end"];

impl Loader<'_> {
    /// The tasks at `place`; `path` is the list's own, `/do`. All of them are looked at.
    pub(super) fn task_list(
        &mut self,
        place: &Place<'_>,
        path: &str,
        scope: &Scope,
    ) -> Found<TaskList> {
        if !matches!(place.value.node, Node::List(_)) {
            return Err(self.error(place, "expected a list of tasks, each `- name: …`"));
        }
        let names = self.task_names(place);
        let mut tasks = Vec::new();
        for (index, item) in place.items().enumerate() {
            if self.faults.is_full() {
                return Err(Reported);
            }
            let Some((name, task)) = item.members().next() else {
                tasks.push(Err(Reported));
                continue;
            };
            let mut path = format!("{path}/{index}");
            push_escaped(&mut path, name);
            let task = self.task(&task, &path, &names, scope);
            tasks.push(task.map(|task| Task { name: name.to_owned(), ..task }));
        }
        let tasks = tasks.into_iter().collect::<Found<Vec<_>>>()?;
        for index in unreachable(&tasks) {
            if let Some(item) = place.items().nth(index)
                && let Some((name, task)) = item.members().next()
            {
                let message = format!("{} never runs: nothing leads to it", quoted(name));
                self.faults.at_key(&task, Remark::warning(message));
            }
        }
        Ok(TaskList(tasks))
    }

    /// The names of the tasks of a list, in order; empty where an item has none.
    fn task_names<'n>(&mut self, place: &'n Place<'n>) -> Vec<String> {
        let mut lines: IndexMap<&str, usize> = IndexMap::new();
        let mut names = Vec::new();
        for item in place.items() {
            let Node::Object(members) = &item.value.node else {
                self.error(&item, "expected a task, `- name: …`");
                names.push(String::new());
                continue;
            };
            names.push(members.keys().next().cloned().unwrap_or_default());
            if members.is_empty() {
                self.error(&item, "expected a task, `- name: …`");
            }
            for (extra, place) in item.members().skip(1) {
                let message = format!("{} is a second task in one item", quoted(extra));
                self.faults
                    .at_key(&place, Remark::error(message).meant(Some(format!("- {extra}:"))));
            }
            let Some((name, member)) = members.first() else { continue };
            let Some((_, task)) = item.members().next() else { continue };
            if let Some(first) = lines.insert(name, member.key.line) {
                let message =
                    format!("{} is the name of two tasks, first on line {first}", quoted(name));
                self.faults.at_key(&task, Remark::error(message));
            }
            if name.len() > MAX_TASK_NAME_BYTES {
                let message = format!("the name is longer than {MAX_TASK_NAME_BYTES} bytes");
                self.faults.at_key(&task, Remark::error(message));
            }
            if DIRECTIVES.contains(&name.as_str()) {
                let message = format!("`then: {name}` does not lead to a task of this name");
                self.faults.at_key(&task, Remark::warning(message));
            }
        }
        names
    }

    /// The `then` of a task or case among tasks called `names`.
    pub(super) fn then(&mut self, owner: &Place<'_>, names: &[String]) -> Found<Then> {
        let Some(place) = owner.member("then") else { return Ok(Then::Continue) };
        let target = place.written()?;
        match target {
            "continue" => return Ok(Then::Continue),
            "exit" => return Ok(Then::Exit),
            "end" => return Ok(Then::End),
            _ => {}
        }
        if let Some(index) = names.iter().position(|name| name == target) {
            return Ok(Then::Task(index));
        }
        let known = names.iter().map(String::as_str).chain(DIRECTIVES);
        let message = format!("this list has no task {}", quoted(target));
        Err(self.faults.at_value(&place, Remark::error(message).meant(closest(target, known))))
    }
}
