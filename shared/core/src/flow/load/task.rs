//! One task: what all tasks have, and which kind it is.

use super::{
    faults::{Found, Remark, Reported},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    Task, TaskKind, Template, WaitFor,
    definition::{Common, DoTask, SetTask, WaitTask},
    fault::quoted,
    nearest::{closest, one_of},
    source::Node,
    unwrap,
};

/// The members that say what a task does.
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
    ) -> Found<Task> {
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
        Ok(Task {
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
    fn task_kind(&mut self, place: &Place<'_>) -> Found<&'static str> {
        let Node::Object(members) = &place.value.node else {
            return Err(self.error(place, "expected a task: an object"));
        };
        let mut found =
            members.keys().filter_map(|name| KINDS.into_iter().find(|kind| kind == name));
        let Some(kind) = found.next() else {
            let slip = members
                .keys()
                .filter(|name| !is_common(name))
                .find_map(|name| Some((name, closest(name, KINDS)?)));
            let Some((name, meant)) = slip else {
                let message = format!("the task does nothing: expected {}", one_of(&KINDS));
                return Err(self.faults.at_key(place, Remark::error(message)));
            };
            if let Some(member) = place.member(name) {
                let message = format!("unknown kind of task {}", quoted(name));
                self.faults.at_key(&member, Remark::error(message).meant(Some(meant)));
            }
            return Err(Reported);
        };
        let is_loop = |kinds: [&str; 2]| kinds == ["for", "do"] || kinds == ["do", "for"];
        let Some(other) = found.next() else { return Ok(kind) };
        let third = found.next();
        if third.is_none() && is_loop([kind, other]) {
            return Ok("for");
        }
        let other = third.unwrap_or(other);
        let message = format!("a task cannot be both `{kind}` and `{other}`");
        Err(self.faults.at_key(&place.part(other)?, Remark::error(message)))
    }

    fn task_body(
        &mut self,
        kind: &str,
        place: &Place<'_>,
        path: &str,
        siblings: &[String],
        scope: &Scope,
    ) -> Found<TaskKind> {
        match kind {
            "call" => self.call(place, scope),
            "do" => {
                let shape = self.body::<DoTask>(place);
                let tasks = self.task_list(&place.part("do")?, &format!("{path}/do"), scope);
                shape.and(tasks).map(TaskKind::Do)
            }
            "for" => self.repeat(place, path, scope),
            "listen" => self.listen(place, scope),
            "raise" => self.raise(place, scope),
            "set" => self.set(place, scope).map(TaskKind::Set),
            "switch" => self.switch(place, siblings, scope),
            "try" => self.try_task(place, path, siblings, scope),
            "wait" => self.wait(place, scope).map(TaskKind::Wait),
            _ => self.refused_task(kind, place, path, scope),
        }
    }

    /// Reads what is special to a kind of task.
    pub(super) fn body<T: serde::de::DeserializeOwned>(&mut self, place: &Place<'_>) -> Found<T> {
        self.read_members(place, |name| !is_common(name), &Common::MEMBERS)
    }

    fn set(&mut self, place: &Place<'_>, scope: &Scope) -> Found<Template> {
        self.body::<SetTask>(place)?;
        let set = place.part("set")?;
        if set.text().is_some_and(|text| unwrap(text).is_none()) {
            let message = "a text here must be an expression, `${ … }`";
            let meant = set.text().map(|text| format!("${{ {} }}", text.trim()));
            return Err(self.faults.at_value(&set, Remark::error(message).meant(meant)));
        }
        if set.text().is_none() && set.members().next().is_none() {
            return Err(self.error(&set, "expected at least one member"));
        }
        self.template(&set, scope, Moment::Body)
    }

    fn wait(&mut self, place: &Place<'_>, scope: &Scope) -> Found<WaitFor> {
        self.body::<WaitTask>(place)?;
        self.duration(&place.part("wait")?, scope, Moment::Body)
    }
}

fn is_common(name: &str) -> bool {
    Common::MEMBERS.contains(&name)
}
