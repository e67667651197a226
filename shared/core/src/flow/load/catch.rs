//! `try … catch`.

use super::{
    faults::Found,
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
        siblings: &[String],
        scope: &Scope,
    ) -> Found<TaskKind> {
        let shape = self.body::<TryTask>(place);
        let tasks =
            place.part("try").and_then(|list| self.task_list(&list, &format!("{path}/try"), scope));
        let catch = place.part("catch")?;
        let name = self.variable(&catch, "as", "error");
        let inner = scope.with([name.as_str()]);
        let handler = match catch.member("do") {
            None => Ok(None),
            Some(list) => self.task_list(&list, &format!("{path}/catch/do"), &inner).map(Some),
        };
        let shape = shape?;
        let when = self.optional_expression(&catch, "when", &inner, Moment::Body);
        let except_when = self.optional_expression(&catch, "exceptWhen", &inner, Moment::Body);
        let retry = self.retry(&catch, &inner);
        let then = match catch.member("then") {
            None => Ok(None),
            Some(_) => self.then(&catch, siblings).map(Some),
        };
        Ok(TaskKind::Try(Box::new(Try {
            tasks: tasks?,
            catch: Catch {
                errors: filter(shape.catch),
                name,
                when: when?,
                except_when: except_when?,
                retry: retry?,
                tasks: handler?,
                then: then?,
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
