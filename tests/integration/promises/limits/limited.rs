//! Services with limits, and those who ask for runs all at once.

use std::time::Duration;

use serde_json::json;
use shared::{
    model::{OverLimit, RunId, Trigger},
    runs::{Error, Runs},
};
use support::{Bed, workspace};

/// What the published guide allows: as many as the limit says, or 2 % less.
pub(super) fn is_near(count: usize, limit: usize) -> bool {
    count <= limit && count * 100 >= limit * 98
}

pub(super) async fn limit_workspace(bed: &Bed, count: u32) {
    let count = Some(count.to_string().parse().unwrap());
    bed.store.set_workspace_runs_in_flight(&workspace(), count).await.unwrap();
}

pub(super) async fn limit_flow(bed: &Bed, flow: &Trigger, count: u32) {
    let count = Some(count.to_string().parse().unwrap());
    bed.store.set_flow_runs_in_flight(&workspace(), &flow.flow, count).await.unwrap();
}

/// Starts a run in the background; whether a limit let it.
pub(super) async fn starts(bed: &Bed, process: &Runs, flow: &Trigger) -> Option<RunId> {
    match process.start(bed.wish(flow, json!({"message": "you"}))).await {
        Ok(started) => Some(started.id),
        Err(error) => {
            assert!(matches!(error, Error::TooManyRuns { .. }), "{error}");
            assert_eq!(error.again_in(), Some(Duration::from_secs(5)));
            None
        }
    }
}

/// How many of a hundred callers in four processes are let start a run, when all of them try at once.
pub(super) async fn crowd(bed: &Bed, processes: &[Runs], flow: &Trigger) -> usize {
    let callers = (0..100).map(|caller| starts(bed, &processes[caller % processes.len()], flow));
    futures::future::join_all(callers).await.into_iter().flatten().count()
}

pub(super) fn four(bed: &Bed) -> Vec<Runs> {
    (0..4).map(|_| bed.process().0).collect()
}

/// A trigger of the flow whose runs wait over the limit.
pub(super) async fn queueing(bed: &Bed, flow: &str) -> Trigger {
    let trigger = Trigger { over_limit: OverLimit::Queue, ..bed.publish(flow).await };
    bed.store.put_trigger(&trigger).await.unwrap();
    trigger
}
