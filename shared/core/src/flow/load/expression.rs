//! Compiles jq expressions where they stand.

use super::{
    faults::{Found, Remark, Reported},
    loader::Loader,
    place::Place,
    scope::{Moment, RESERVED, Scope, UNFILLED},
};
use crate::flow::{CompileError, Expression, fault::quoted, unwrap};

/// Most expressions in one flow. Each takes a fraction of a millisecond to compile, once for every
/// worker that runs the flow.
const MAX_EXPRESSIONS: usize = 2000;

impl Loader<'_> {
    /// The text at `place` as an expression, with its marks or without.
    pub(super) fn expression(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
        moment: Moment,
    ) -> Found<Expression> {
        let text = place.written()?;
        self.compile(place, unwrap(text).unwrap_or(text), scope, moment)
    }

    /// The member `name` of `place` as an expression: `Ok(None)` if there is none.
    pub(super) fn optional_expression(
        &mut self,
        place: &Place<'_>,
        name: &str,
        scope: &Scope,
        moment: Moment,
    ) -> Found<Option<Expression>> {
        match place.member(name) {
            None => Ok(None),
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
    ) -> Found<Expression> {
        self.reads_context |= moment != Moment::Export && source.contains("$context");
        self.reads_thread |= source.contains("$runtime");
        if source.trim().is_empty() {
            return Err(self.error(place, "the expression is empty"));
        }
        self.expression_count += 1;
        if self.expression_count > MAX_EXPRESSIONS {
            if self.expression_count == MAX_EXPRESSIONS + 1 {
                self.error(place, format!("a flow has {MAX_EXPRESSIONS} expressions at most"));
            }
            return Err(Reported);
        }
        let variables = scope.variables(moment);
        match Expression::compile(source, &variables) {
            Ok(expression) => Ok(expression),
            Err(error) => Err(self.report_expression(place, source, &variables, &error)),
        }
    }

    fn report_expression(
        &mut self,
        place: &Place<'_>,
        source: &str,
        variables: &[&str],
        error: &CompileError,
    ) -> Reported {
        let compiles_with = |names: &[&str]| {
            let more: Vec<_> = variables.iter().chain(names).copied().collect();
            Expression::compile(source, &more).is_ok()
        };
        let inside = |part: &str| {
            let offset = place.text().and_then(|text| text.find(part));
            offset.and_then(|offset| place.value.position_of(offset)).unwrap_or(place.value.at)
        };
        let is_named = |name: &&&str| source.contains(&format!("${name}"));
        if compiles_with(&UNFILLED) {
            for name in UNFILLED.iter().filter(is_named) {
                let name = format!("${name}");
                let remark = Remark::refused(&format!("`{name}`"));
                self.faults.at(inside(&name), place, remark);
            }
            return Reported;
        }
        let is_absent = |name: &&&str| !variables.contains(*name) && is_named(name);
        let absent: Vec<_> = RESERVED.iter().filter(is_absent).copied().collect();
        if !absent.is_empty() && compiles_with(&absent) {
            for name in absent {
                let name = format!("${name}");
                let remark = Remark::error(format!("`{name}` is not known here"));
                self.faults.at(inside(&name), place, remark);
            }
            return Reported;
        }
        let start = place.text().and_then(|text| text.find(source)).unwrap_or_default();
        let position = error.offset.and_then(|offset| place.value.position_of(start + offset));
        let message = format!("{} does not compile: {}", quoted(source), error.message);
        self.faults.at(position.unwrap_or(place.value.at), place, Remark::error(message))
    }
}
