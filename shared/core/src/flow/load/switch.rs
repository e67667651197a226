//! `switch`.

use super::{
    faults::{Found, Remark, Reported},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    Case, TaskKind,
    definition::{SwitchCase, SwitchTask},
    fault::quoted,
};

impl Loader<'_> {
    pub(super) fn switch(
        &mut self,
        place: &Place<'_>,
        siblings: &[String],
        scope: &Scope,
    ) -> Found<TaskKind> {
        self.body::<SwitchTask>(place)?;
        let list = place.part("switch")?;
        if list.items().next().is_none() {
            return Err(self.error(&list, "expected at least one case"));
        }
        let mut cases = Vec::new();
        let mut default: Option<String> = None;
        for item in list.items() {
            let mut members = item.members();
            let Some((name, case)) = members.next() else {
                self.error(&item, "expected a case, `- name: …`");
                cases.push(Err(Reported));
                continue;
            };
            if let Some((extra, second)) = members.next() {
                let message = format!("{} is a second case in one item", quoted(extra));
                let remark = Remark::error(message).meant(Some(format!("- {extra}:")));
                self.faults.at_key(&second, remark);
            }
            let compiled = self.case(name, &case, siblings, scope);
            if compiled.as_ref().is_ok_and(|case| case.when.is_none()) {
                if let Some(first) = &default {
                    let first = quoted(first);
                    let message = format!("a second default case, after {first}: give it a `when`");
                    self.faults.at_key(&case, Remark::error(message));
                }
                default.get_or_insert_with(|| name.to_owned());
            }
            cases.push(compiled);
        }
        cases.into_iter().collect::<Found<Vec<_>>>().map(TaskKind::Switch)
    }

    fn case(
        &mut self,
        name: &str,
        place: &Place<'_>,
        siblings: &[String],
        scope: &Scope,
    ) -> Found<Case> {
        self.read::<SwitchCase>(place)?;
        let when = self.optional_expression(place, "when", scope, Moment::Body);
        let then = self.then(place, siblings);
        Ok(Case { name: name.to_owned(), when: when?, then: then? })
    }
}
