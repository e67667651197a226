//! What is promised about the runs of one thread: they are executed one at a time, in the order in which they came,
//! and each gets its turn, whatever dies.

mod contexts;
mod deaths;
mod interleavings;
mod turns;

use serde_json::json;
use shared::{
    model::{RunId, Trigger},
    runs::{Runs, Start, Thread},
};
use support::{Bed, Call, Target};

use super::flows::TWO_CALLS;

/// Services with one flow that calls one target.
struct Place {
    bed: Bed,
    flow: Trigger,
    target: Target,
}

impl Place {
    async fn new() -> Self {
        let bed = Bed::new().await;
        let flow = bed.publish(TWO_CALLS).await;
        let target = Target::start(|_: &Call| (200, json!("ok"))).await;
        Self { bed, flow, target }
    }

    /// A wish to start a run in the thread, under this key.
    fn wish(&self, key: &str) -> Start {
        let input = json!({"url": self.target.url, "key": key});
        let wish = self.bed.wish_once(&self.flow, input, key);
        Start { thread: Thread::Given("talk".parse().unwrap()), ..wish }
    }

    async fn start(&self, runs: &Runs, key: &str) -> RunId {
        runs.start(self.wish(key)).await.unwrap().id
    }

    /// The runs that have called, in the order of their calls; a run twice where it called again after another.
    fn callers(&self) -> Vec<RunId> {
        let caller = |call: &Call| call.header("idempotency-key")[..36].parse().unwrap();
        let mut callers: Vec<RunId> = self.target.calls().iter().map(caller).collect();
        callers.dedup();
        callers
    }
}
