//! Whatever happens in whatever order, an ended run's listeners are told, under one id.

use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;
use serde_json::json;
use shared::{model::RunId, runs::Runs};
use support::{Bed, Call, Moment, QUEUE, Target, Wire, workspace};

use super::{
    super::flows::TWO_CALLS,
    bench::{attempts, callbacks, pass, publish, ticking},
};

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A worker handles the next message.
    Deliver,
    /// A worker dies at its request of this number, and another takes its place.
    Crash(usize, Moment),
    /// A message is delivered once more than it was sent.
    Duplicate,
    /// Two workers get the same message at once.
    Race,
    /// Somebody asks to cancel the run.
    Cancel,
    /// Time passes, in seconds.
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let moment = prop_oneof![Just(Moment::Before), Just(Moment::After)];
    prop_oneof![
        5 => Just(Step::Deliver),
        4 => (0_usize..8, moment).prop_map(|(count, moment)| Step::Crash(count, moment)),
        2 => Just(Step::Duplicate),
        2 => Just(Step::Race),
        1 => Just(Step::Cancel),
        4 => prop_oneof![Just(1), Just(21), Just(76), Just(300)].prop_map(Step::Pass),
    ]
}

struct World {
    bed: Bed,
    worker: (Runs, Wire),
    other: (Runs, Wire),
}

impl World {
    async fn take(&mut self, step: Step, id: RunId) {
        let bed = &self.bed;
        match step {
            Step::Cancel => drop(bed.runs.request_cancel(id, &workspace()).await.unwrap()),
            Step::Pass(seconds) => bed.advance(Duration::from_secs(seconds)).await,
            Step::Deliver | Step::Crash(..) | Step::Duplicate | Step::Race => {
                let Some(message) = bed.receive().await else { return };
                if let Step::Duplicate = step {
                    bed.send(message.body.clone().unwrap()).await;
                }
                if let Step::Crash(count, moment) = step {
                    self.worker.1.stop_at(count, moment);
                }
                let second = async {
                    if let Step::Race = step {
                        bed.deliver(&self.other.0, message.clone()).await;
                    }
                };
                let delivered = async {
                    futures::join!(bed.deliver(&self.worker.0, message.clone()), second);
                };
                tokio::select! {
                    biased;
                    () = self.worker.1.stopped() => {}
                    () = ticking(bed, delivered) => {}
                }
                if let Step::Crash(..) = step {
                    self.worker = self.bed.process();
                }
            }
        }
    }
}

async fn live(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let bed = Bed::new().await;
    let mut refusals = 2;
    let target = Target::start(move |call: &Call| {
        let refused = call.path.starts_with("/hook") && refusals > 0;
        refusals -= u32::from(refused);
        (if refused { 503 } else { 200 }, json!({}))
    })
    .await;
    let flow = publish(&bed, TWO_CALLS, &target, 1).await;
    let (worker, other) = (bed.process(), bed.process());
    let mut world = World { bed, worker, other };
    let wish = world.bed.wish(&flow, json!({"url": target.url}));
    let id = world.bed.runs.start(wish).await.unwrap().id;
    for step in steps {
        world.take(step, id).await;
    }
    let World { bed, worker: (worker, _), .. } = world;
    pass(&bed, &worker, Duration::from_hours(3)).await;
    let run = bed.view(id).await.run;
    prop_assert!(run.status.is_terminal(), "{run:?}");
    prop_assert!(run.listeners.is_empty(), "nobody was told");
    let ids: BTreeSet<_> =
        callbacks(&target).iter().map(|call| call.header("webhook-id").to_owned()).collect();
    prop_assert_eq!(ids, BTreeSet::from([format!("{id}-{}", run.status.as_str())]));
    let lines = attempts(&bed, id).await;
    let numbers: Vec<_> = lines.iter().map(|line| line.attempt).collect();
    // Two copies of a notice at once make one attempt twice; where both tell of it, the second was taken.
    prop_assert!(numbers.is_sorted(), "{numbers:?}");
    prop_assert_eq!(&lines.last().unwrap().status, "completed");
    let queue = bed.queues.attributes(QUEUE).unwrap();
    for name in ["", "Delayed", "NotVisible"] {
        let count = &queue[&format!("ApproximateNumberOfMessages{name}")];
        prop_assert_eq!(count, "0", "messages are left over");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_ends_with_who_waits_being_told(
        steps in prop::collection::vec(step(), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live(steps))?;
    }
}
