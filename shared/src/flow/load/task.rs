//! One task: what all tasks have, and which kind it is.

use super::{
    faults::Remark,
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    Task, TaskKind, Template, WaitFor,
    definition::{Common, DoTask, SetTask, WaitTask},
    fault::quoted,
    lint::{closest, one_of},
    source::Node,
};

/// The members that say what a task does. `do` comes last, because a `for` has one too.
const KINDS: [&str; 12] =
    ["call", "emit", "for", "fork", "listen", "raise", "run", "set", "switch", "try", "wait", "do"];

impl Loader<'_> {
    /// The task at `place`, still without its name; `siblings` are the names in its list.
    pub(super) fn task(
        &mut self,
        place: &Place<'_>,
        path: &str,
        siblings: &[String],
        scope: &Scope,
    ) -> Option<Task> {
        let kind = self.task_kind(place)?;
        let common = self.read_members::<Common>(place, is_common, &[]);
        let kind = self.task_body(kind, place, path, siblings, scope);
        // Without its shape nothing else can be said about what all tasks have.
        common?;
        let condition = self.optional_expression(place, "if", scope, Moment::Entry);
        let timeout = self.timeout(place, scope, Moment::Entry);
        let then = self.then(place, siblings);
        let (input, output, export) =
            (place.member("input"), place.member("output"), place.member("export"));
        let input_schema = self.schema(input.as_ref());
        let output_schema = self.schema(output.as_ref());
        let export_schema = self.schema(export.as_ref());
        let input_from = self.transformation(input, "from", scope, Moment::Entry);
        let output_as = self.transformation(output, "as", scope, Moment::Output);
        if let Some(export) = export.filter(|export| export.member("as").is_some()) {
            let message = "`export` fills `$context`, which nothing reads";
            self.faults.hold(&export, Remark::warning(message).meant(Some("output")));
        }
        let export_as = self.transformation(export, "as", scope, Moment::Export);
        Some(Task {
            name: String::new(),
            path: path.to_owned(),
            condition: condition?,
            input_schema: input_schema?,
            input_from: input_from?,
            output_as: output_as?,
            output_schema: output_schema?,
            export_as: export_as?,
            export_schema: export_schema?,
            timeout: timeout?,
            then: then?,
            kind: kind?,
        })
    }

    /// The one member of the task that says what it does.
    fn task_kind(&mut self, place: &Place<'_>) -> Option<&'static str> {
        let Node::Object(members) = &place.value.node else {
            self.error(place, "expected a task: an object");
            return None;
        };
        let mut found = KINDS.into_iter().filter(|kind| members.contains_key(*kind));
        let Some(kind) = found.next() else {
            let slip = members.keys().find_map(|name| Some((name, closest(name, KINDS)?)));
            let (name, meant) = match slip.filter(|(name, _)| !is_common(name)) {
                Some((name, meant)) => (name.as_str(), Some(meant)),
                None => {
                    let message = format!("the task does nothing: expected {}", one_of(&KINDS));
                    self.faults.at_key(place, Remark::error(message));
                    return None;
                }
            };
            if let Some(member) = place.member(name) {
                let message = format!("unknown kind of task {}", quoted(name));
                self.faults.at_key(&member, Remark::error(message).meant(meant));
            }
            return None;
        };
        match found.find(|other| (kind, *other) != ("for", "do")) {
            None => Some(kind),
            Some(other) => {
                if let Some(member) = place.member(other) {
                    let message = format!("a task cannot be both `{kind}` and `{other}`");
                    self.faults.at_key(&member, Remark::error(message));
                }
                None
            }
        }
    }

    fn task_body(
        &mut self,
        kind: &str,
        place: &Place<'_>,
        path: &str,
        siblings: &[String],
        scope: &Scope,
    ) -> Option<TaskKind> {
        match kind {
            "call" => self.call(place, scope),
            "do" => {
                let shape = self.body::<DoTask>(place);
                let tasks = self.task_list(&place.member("do")?, &format!("{path}/do"), scope);
                shape.and(tasks).map(TaskKind::Do)
            }
            "for" => self.repeat(place, path, scope),
            "raise" => self.raise(place, scope),
            "set" => self.set(place, scope).map(TaskKind::Set),
            "switch" => self.switch(place, siblings, scope),
            "try" => self.try_task(place, path, scope),
            "wait" => self.wait(place, scope).map(TaskKind::Wait),
            _ => self.refused_task(kind, place, path, scope),
        }
    }

    /// Reads what is special to a kind of task.
    pub(super) fn body<T: serde::de::DeserializeOwned>(&mut self, place: &Place<'_>) -> Option<T> {
        self.read_members(place, |name| !is_common(name), &Common::MEMBERS)
    }

    fn set(&mut self, place: &Place<'_>, scope: &Scope) -> Option<Template> {
        self.body::<SetTask>(place)?;
        let set = place.member("set")?;
        if set.text().is_some_and(|text| super::expression::marked(text).is_none()) {
            let message = "a text here must be an expression, `${ … }`";
            let meant = set.text().map(|text| format!("${{ {} }}", text.trim()));
            self.faults.at_value(&set, Remark::error(message).meant(meant));
            return None;
        }
        if set.text().is_none() && set.members().next().is_none() {
            self.error(&set, "expected at least one member");
            return None;
        }
        self.template(&set, scope, Moment::Body)
    }

    fn wait(&mut self, place: &Place<'_>, scope: &Scope) -> Option<WaitFor> {
        self.body::<WaitTask>(place)?;
        self.duration(&place.member("wait")?, scope, Moment::Body)
    }
}

fn is_common(name: &str) -> bool {
    Common::MEMBERS.contains(&name)
}
