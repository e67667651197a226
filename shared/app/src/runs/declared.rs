//! What a trigger's flow declares of its input.

use super::{Error, Runs};
use crate::{
    flow::DeclaredInputs,
    model::{Environment, Trigger},
};

impl Runs {
    /// What the trigger's flow declares of its input in an environment.
    ///
    /// # Errors
    /// [`Error::NoTrigger`] when the environment serves no version; [`Error::Store`] (retry is safe).
    pub async fn declared_inputs(
        &self,
        trigger: &Trigger,
        environment: Environment,
    ) -> Result<DeclaredInputs, Error> {
        let (_, plan) = self.served_plan(trigger, environment).await?;
        Ok(DeclaredInputs::of(plan.input_schema.clone()))
    }
}
