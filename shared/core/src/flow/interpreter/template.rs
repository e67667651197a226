//! Templates: values with expressions in them.

use serde_json::{Map, Value};

use super::{
    machine::Machine,
    scope::View,
    size::{Budget, MAX_DATA_BYTES, TooLarge},
};
use crate::{
    flow::{ErrorKind, Host, Template, raise},
    model::RunError,
};

impl<H: Host> Machine<'_, H> {
    /// The value of `template` on `input`.
    ///
    /// What it may become is bounded as it grows: a short template can hold its input a thousand
    /// times.
    pub(super) fn render(
        &self,
        template: &Template,
        input: &Value,
        view: &View<'_>,
    ) -> Result<Value, RunError> {
        match template {
            Template::Literal(value) => Ok(value.clone()),
            // A single result has its own limit, and it is the same.
            Template::Expression(expression) => self.evaluate(expression, input, view),
            template => self.build(template, input, view, &mut Budget::new()),
        }
    }

    fn build(
        &self,
        template: &Template,
        input: &Value,
        view: &View<'_>,
        budget: &mut Budget,
    ) -> Result<Value, RunError> {
        let too_large = |TooLarge| too_large(view.instance);
        match template {
            Template::Literal(value) => {
                budget.pay(value).map_err(too_large)?;
                Ok(value.clone())
            }
            Template::Expression(expression) => {
                let value = self.evaluate(expression, input, view)?;
                budget.pay(&value).map_err(too_large)?;
                Ok(value)
            }
            Template::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for (name, member) in members {
                    // Quotes, colon and comma.
                    budget.pay_bytes(name.len() + 4).map_err(too_large)?;
                    object.insert(name.clone(), self.build(member, input, view, budget)?);
                }
                Ok(Value::Object(object))
            }
            Template::Array(items) => {
                budget.pay_bytes(items.len()).map_err(too_large)?;
                let items = items.iter().map(|item| self.build(item, input, view, budget));
                Ok(Value::Array(items.collect::<Result<_, _>>()?))
            }
        }
    }
}

/// What a task raises whose data would not fit.
pub(super) fn too_large(instance: &str) -> RunError {
    let detail = format!("the data is larger than {MAX_DATA_BYTES} bytes of JSON");
    raise(ErrorKind::Runtime, instance, detail)
}
