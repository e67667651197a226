//! Compiles jq expressions where they stand.

use super::{
    faults::Remark,
    loader::Loader,
    place::Place,
    scope::{Moment, RESERVED, Scope, UNFILLED},
};
use crate::flow::{CompileError, Expression, expression::unwrap, fault::quoted};

/// The source of an expression in its marks, `${ … }`.
pub(super) fn marked(text: &str) -> Option<&str> {
    unwrap(text)
}

impl Loader<'_> {
    /// The text at `place` as an expression, with its marks or without.
    pub(super) fn expression(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
        moment: Moment,
    ) -> Option<Expression> {
        let text = place.text()?;
        self.compile(place, marked(text).unwrap_or(text), scope, moment)
    }

    /// The member `name` of `place` as an expression: `Ok(None)` if there is none, `None` if it is
    /// faulty.
    pub(super) fn optional_expression(
        &mut self,
        place: &Place<'_>,
        name: &str,
        scope: &Scope,
        moment: Moment,
    ) -> Option<Option<Expression>> {
        match place.member(name) {
            None => Some(None),
            Some(member) => self.expression(&member, scope, moment).map(Some),
        }
    }

    /// Compiles `source`, a part of the text at `place`.
    pub(super) fn compile(
        &mut self,
        place: &Place<'_>,
        source: &str,
        scope: &Scope,
        moment: Moment,
    ) -> Option<Expression> {
        self.reads_context |= moment != Moment::Export && source.contains("$context");
        if source.trim().is_empty() {
            self.error(place, "the expression is empty");
            return None;
        }
        let variables = scope.variables(moment);
        match Expression::compile(source, &variables) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.report_expression(place, source, &variables, error);
                None
            }
        }
    }

    fn report_expression(
        &mut self,
        place: &Place<'_>,
        source: &str,
        variables: &[&str],
        error: CompileError,
    ) {
        let compiles_with = |names: &[&str]| {
            let more: Vec<_> = variables.iter().chain(names).copied().collect();
            Expression::compile(source, &more).is_ok()
        };
        if compiles_with(&UNFILLED) {
            for name in UNFILLED.iter().filter(|name| source.contains(&format!("${name}"))) {
                self.faults.at_value(place, Remark::refused(&format!("`${name}`")));
            }
            return;
        }
        let absent: Vec<_> = RESERVED
            .iter()
            .filter(|name| !variables.contains(name) && source.contains(&format!("${name}")))
            .copied()
            .collect();
        if !absent.is_empty() && compiles_with(&absent) {
            let names: Vec<_> = absent.iter().map(|name| format!("`${name}`")).collect();
            self.error(place, format!("{} is not known here", names.join(" and ")));
            return;
        }
        let start = place.text().and_then(|text| text.find(source)).unwrap_or_default();
        let position = error.offset.and_then(|offset| place.value.position_of(start + offset));
        let message = format!("{} does not compile: {}", quoted(source), error.message);
        self.faults.at(position.unwrap_or(place.value.at), place, Remark::error(message));
    }
}
