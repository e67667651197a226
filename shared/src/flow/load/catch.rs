//! `try … catch`.

use super::{
    faults::Remark,
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    Catch, ErrorFilter, TaskKind, Try,
    definition::{self, TryTask},
};

impl Loader<'_> {
    pub(super) fn try_task(
        &mut self,
        place: &Place<'_>,
        path: &str,
        scope: &Scope,
    ) -> Option<TaskKind> {
        let shape = self.body::<TryTask>(place);
        let tasks = place
            .member("try")
            .and_then(|list| self.task_list(&list, &format!("{path}/try"), scope));
        let catch = place.member("catch")?;
        let name = self.variable(&catch, "as", "error");
        let inner = scope.with([name.as_str()]);
        let handler = match catch.member("do") {
            None => Some(None),
            Some(list) => self.task_list(&list, &format!("{path}/catch/do"), &inner).map(Some),
        };
        let shape = shape?;
        let when = self.optional_expression(&catch, "when", &inner, Moment::Body);
        let except_when = self.optional_expression(&catch, "exceptWhen", &inner, Moment::Body);
        let retry = self.retry(&catch, &inner);
        if let Some(then) = catch.member("then") {
            self.faults.at_key(&then, Remark::refused("`catch.then`"));
        }
        Some(TaskKind::Try(Box::new(Try {
            tasks: tasks?,
            catch: Catch {
                errors: filter(shape.catch),
                name,
                when: when?,
                except_when: except_when?,
                retry: retry?,
                tasks: handler?,
                then: None,
            },
        })))
    }
}

fn filter(catch: definition::Catch) -> ErrorFilter {
    match catch.errors.and_then(|errors| errors.with) {
        None => ErrorFilter::default(),
        Some(with) => ErrorFilter {
            kind: with.r#type,
            status: with.status,
            instance: with.instance,
            title: with.title,
            detail: with.detail,
        },
    }
}
