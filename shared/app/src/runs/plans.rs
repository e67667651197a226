//! Compiled flows.

use std::sync::Arc;

use super::{Error, Runs};
use crate::{
    flow::{self, Plan},
    model::{FlowReference, WorkspaceId},
};

impl Runs {
    /// The compiled version, or none where it is missing or no longer sound under this release.
    pub(super) async fn plan(
        &self,
        workspace: &WorkspaceId,
        flow: &FlowReference,
    ) -> Result<Option<Arc<Plan>>, Error> {
        if let Some(plan) = self.compiled.plans.get(&flow.hash) {
            return Ok(Some(plan));
        }
        let version = self.store.flow_version(workspace, &flow.name, &flow.hash).await?;
        let Some(checked) = version.and_then(|version| flow::check(&version.source).ok()) else {
            return Ok(None);
        };
        let plan = Arc::new(checked.plan);
        self.compiled.plans.put(flow.hash.clone(), Arc::clone(&plan));
        Ok(Some(plan))
    }
}
