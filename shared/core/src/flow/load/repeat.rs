//! `for`.

use super::{
    faults::{Found, Remark, Reported},
    loader::Loader,
    place::Place,
    scope::{Moment, RESERVED, Scope, is_variable_name},
};
use crate::flow::{
    Expression, For, TaskKind, definition::ForTask, fault::quoted, source::Node, unwrap,
};

impl Loader<'_> {
    pub(super) fn repeat(
        &mut self,
        place: &Place<'_>,
        path: &str,
        scope: &Scope,
    ) -> Found<TaskKind> {
        let shape = self.body::<ForTask>(place);
        let repeat = place.part("for")?;
        let each = self.variable(&repeat, "each", "item");
        let at = self.variable(&repeat, "at", "index");
        if each == at
            && let Some(member) = repeat.member("at").or_else(|| repeat.member("each"))
        {
            self.error(&member, "`each` and `at` need different names");
        }
        let inner = scope.with([each.as_str(), at.as_str()]);
        let collection = repeat.part("in").and_then(|place| self.collection(&place, scope));
        let condition = self.optional_expression(place, "while", &inner, Moment::Body);
        let tasks = self.task_list(&place.part("do")?, &format!("{path}/do"), &inner);
        shape?;
        Ok(TaskKind::For(Box::new(For {
            each,
            collection: collection?,
            at,
            condition: condition?,
            tasks: tasks?,
        })))
    }

    /// What to go through: an expression, or a list written out, which is jq as it stands.
    fn collection(&mut self, place: &Place<'_>, scope: &Scope) -> Found<Expression> {
        match &place.value.node {
            Node::Text(_) => self.expression(place, scope, Moment::Body),
            Node::List(_) => {
                let mut is_plain = true;
                for item in place.items() {
                    if !matches!(item.value.node, Node::Object(_)) {
                        self.error(&item, "an item written out must be an object");
                        is_plain = false;
                    }
                }
                if has_expression(place) {
                    let what = "expressions in a list written out under `for.in`";
                    self.faults.at_value(place, Remark::refused(what));
                    is_plain = false;
                }
                let source = place.value.to_value().to_string();
                if !is_plain {
                    return Err(Reported);
                }
                self.compile(place, &source, scope, Moment::Body)
            }
            _ => Err(self.error(place, "expected an expression or a list")),
        }
    }

    /// The name of a variable that the member `name` gives, without `$`.
    pub(super) fn variable(&mut self, owner: &Place<'_>, name: &str, default: &str) -> String {
        let Some(place) = owner.member(name) else { return default.to_owned() };
        let Some(text) = place.text() else { return default.to_owned() };
        if RESERVED.contains(&text) {
            self.error(&place, format!("`${text}` has a meaning already: choose another name"));
        } else if !is_variable_name(text) {
            let message = format!("{} is not the name of a variable", quoted(text));
            let meant = text.strip_prefix('$').filter(|rest| is_variable_name(rest));
            self.faults.at_value(&place, Remark::error(message).meant(meant));
        } else {
            return text.to_owned();
        }
        default.to_owned()
    }
}

fn has_expression(place: &Place<'_>) -> bool {
    place.text().is_some_and(|text| unwrap(text).is_some())
        || place.items().any(|item| has_expression(&item))
        || place.members().any(|(_, member)| has_expression(&member))
}
