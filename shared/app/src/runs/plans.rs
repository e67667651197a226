//! Compiled flows. A version never changes, so what was compiled once stays good for ever.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Error, Runs};
use crate::{
    flow::{self, Plan},
    model::{ContentHash, FlowReference, WorkspaceId},
};

/// Most flows kept compiled. At a few hundred KB each this stays within a small Lambda's memory.
const MAX_PLANS: usize = 200;

/// Compiled flows by content.
#[derive(Default)]
pub(super) struct Plans(Mutex<HashMap<ContentHash, Arc<Plan>>>);

impl Plans {
    fn get(&self, hash: &ContentHash) -> Option<Arc<Plan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    fn put(&self, hash: ContentHash, plan: Arc<Plan>) {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= MAX_PLANS {
            // Rare enough that starting over is cheaper than keeping an order of use.
            plans.clear();
        }
        plans.insert(hash, plan);
    }
}

impl Runs {
    /// The compiled version, or none where it is missing or no longer sound under this release.
    pub(super) async fn plan(
        &self,
        workspace: &WorkspaceId,
        flow: &FlowReference,
    ) -> Result<Option<Arc<Plan>>, Error> {
        if let Some(plan) = self.plans.get(&flow.hash) {
            return Ok(Some(plan));
        }
        let version = self.store.flow_version(workspace, &flow.name, &flow.hash).await?;
        let Some(checked) = version.and_then(|version| flow::check(&version.source).ok()) else {
            return Ok(None);
        };
        let plan = Arc::new(checked.plan);
        self.plans.put(flow.hash.clone(), Arc::clone(&plan));
        Ok(Some(plan))
    }
}
