//! `raise`, and the errors it raises.

use super::{
    faults::Found,
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
    shared::Section,
};
use crate::flow::{
    ErrorTemplate, TaskKind, Template,
    definition::{ErrorDefinition, RaiseTask},
    unwrap,
};

impl Loader<'_> {
    pub(super) fn raise(&mut self, place: &Place<'_>, scope: &Scope) -> Found<TaskKind> {
        self.body::<RaiseTask>(place)?;
        let raise = place.part("raise")?;
        let error = raise.part("error")?;
        let template = match error.text() {
            None => self.error_definition(&error, scope),
            Some(_) => self.refer(Section::Errors, &error, |loader, entry| {
                loader.error_definition(entry, scope)
            }),
        };
        template.map(|template| TaskKind::Raise(Box::new(template)))
    }

    /// `{type, status, …}`.
    pub(super) fn error_definition(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
    ) -> Found<ErrorTemplate> {
        let definition = self.read::<ErrorDefinition>(place)?;
        if !(100..=599).contains(&definition.status) {
            return Err(self.error(&place.part("status")?, "expected an HTTP status, 100 to 599"));
        }
        if let Some(instance) = place.member("instance")
            && let Some(text) = instance.text()
            && unwrap(text).is_none()
            && !(text.is_empty() || text.starts_with('/'))
        {
            return Err(self.error(&instance, "expected a JSON pointer, such as `/do/0/task`"));
        }
        let kind = self.template(&place.part("type")?, scope, Moment::Body);
        let title = self.optional_template(place, "title", scope, Moment::Body);
        let detail = self.optional_template(place, "detail", scope, Moment::Body);
        let instance = self.optional_template(place, "instance", scope, Moment::Body);
        Ok(ErrorTemplate {
            kind: kind?,
            status: Template::Literal(definition.status.into()),
            title: title?,
            detail: detail?,
            instance: instance?,
        })
    }
}
