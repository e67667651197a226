//! Values with expressions in them.

use serde_json::Value;

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    Template,
    fault::quoted,
    lint::{looks_like_expression, partly_expression},
    source::Node,
    unwrap,
};

impl Loader<'_> {
    /// The value at `place`, in which a text is an expression if it stands in marks.
    pub(super) fn template(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
        moment: Moment,
    ) -> Found<Template> {
        match &place.value.node {
            Node::Text(text) => {
                if let Some(source) = unwrap(text) {
                    return self.compile(place, source, scope, moment).map(Template::Expression);
                }
                self.check_literal(place, text);
                Ok(Template::Literal(Value::String(text.clone())))
            }
            Node::List(_) => {
                // Every part is looked at, so that one fault does not hide another.
                let parts: Vec<_> =
                    place.items().map(|item| self.template(&item, scope, moment)).collect();
                let parts = parts.into_iter().collect::<Found<Vec<_>>>()?;
                Ok(fold(place, parts.iter().all(is_literal), || Template::Array(parts)))
            }
            Node::Object(_) => {
                let parts: Vec<_> = place
                    .members()
                    .map(|(name, member)| {
                        Ok((name.to_owned(), self.template(&member, scope, moment)?))
                    })
                    .collect();
                let parts = parts.into_iter().collect::<Found<Vec<_>>>()?;
                let is_fixed = parts.iter().all(|(_, part)| is_literal(part));
                Ok(fold(place, is_fixed, || Template::Object(parts)))
            }
            _ => Ok(Template::Literal(place.value.to_value())),
        }
    }

    /// The member `name` of `place` as a template: `Ok(None)` if there is none.
    pub(super) fn optional_template(
        &mut self,
        place: &Place<'_>,
        name: &str,
        scope: &Scope,
        moment: Moment,
    ) -> Found<Option<Template>> {
        match place.member(name) {
            None => Ok(None),
            Some(member) => self.template(&member, scope, moment).map(Some),
        }
    }

    /// A transformation (`from`, `as`): a text is an expression with its marks or without, an
    /// object is a template.
    pub(super) fn transformation(
        &mut self,
        place: Option<Place<'_>>,
        name: &str,
        scope: &Scope,
        moment: Moment,
    ) -> Found<Option<Template>> {
        let Some(place) = place.as_ref().and_then(|place| place.member(name)) else {
            return Ok(None);
        };
        match place.text() {
            Some(_) => self.expression(&place, scope, moment).map(Template::Expression),
            None => self.template(&place, scope, moment),
        }
        .map(Some)
    }

    fn check_literal(&mut self, place: &Place<'_>, text: &str) {
        if looks_like_expression(text) {
            let remark = Remark::warning(format!("{} is only text", quoted(text)));
            let meant = format!("${{ {} }}", text.trim());
            self.faults.at_value(place, remark.meant(Some(meant)));
        } else if partly_expression(text) {
            let message = "`${ … }` is evaluated only as a whole text: `${ \"… \\(.name) …\" }`";
            self.faults.at_value(place, Remark::warning(message));
        }
    }
}

const fn is_literal(template: &Template) -> bool {
    matches!(template, Template::Literal(_))
}

/// A value without expressions is taken as a whole, so that it need not be put together again.
fn fold(place: &Place<'_>, is_fixed: bool, parts: impl FnOnce() -> Template) -> Template {
    if is_fixed { Template::Literal(place.value.to_value()) } else { parts() }
}
