//! `for`: a list of tasks for each item of an array.

use std::sync::Arc;

use serde_json::Value;

use super::{
    fault::Fault,
    machine::Machine,
    place::Place,
    scope::{Binding, View},
    step::{Frame, Outcome, Step},
};
use crate::flow::{ErrorKind, For, Host, raise};

impl<H: Host> Machine<'_, H> {
    /// Goes round. What a round puts out is what the next one gets.
    pub(super) async fn repeat(
        &self,
        step: &Step<'_>,
        each: &For,
    ) -> Result<Outcome, Fault<H::Stop>> {
        let collection = self.evaluate(&each.collection, &step.input, &step.during())?;
        let Value::Array(items) = collection else {
            let detail = "`for.in` must be an array";
            return Err(raise(ErrorKind::Expression, &step.task.path, detail).into());
        };
        let mut data = Arc::clone(&step.input);
        for (round, item) in items.into_iter().enumerate() {
            let item = Binding { outer: step.frame.bindings, name: &each.each, value: item };
            let index = Binding { outer: Some(&item), name: &each.at, value: round.into() };
            if let Some(condition) = &each.condition {
                let view = View { bindings: Some(&index), ..step.during() };
                if !self.holds(condition, &data, &view)? {
                    break;
                }
            }
            let path = format!("{}[{round}]", step.path);
            let place = Place::inside(step.task, path, step.frame.place.attempt);
            let frame = Frame { place: &place, bindings: Some(&index), ..step.frame };
            match self.list(&each.tasks, frame, data).await? {
                Outcome::Done(output, _) => data = output,
                ended @ Outcome::FlowEnded(_) => return Ok(ended),
            }
        }
        Ok(Outcome::Done(data, None))
    }
}
