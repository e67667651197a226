//! Whatever happens in whatever order, a run ends once.

use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;
use serde_json::json;
use shared::{
    model::{End, Status},
    runs::Runs,
};
use support::{Bed, Call, Moment, Target, Wire, workspace};

use super::flows::TWO_CALLS;

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The start is repeated under its key.
    Start,
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
        2 => Just(Step::Start),
        4 => Just(Step::Deliver),
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
    async fn take(&mut self, step: Step, id: shared::model::RunId) {
        match step {
            Step::Start => unreachable!("the caller repeats the start"),
            Step::Deliver => {
                if let Some(message) = self.bed.receive().await {
                    self.bed.deliver(&self.worker.0, message).await;
                }
            }
            Step::Crash(count, moment) => {
                let Some(message) = self.bed.receive().await else { return };
                self.worker.1.stop_at(count, moment);
                tokio::select! {
                    biased;
                    () = self.worker.1.stopped() => {}
                    _ = self.bed.deliver(&self.worker.0, message) => {}
                }
                self.worker = self.bed.process();
            }
            Step::Duplicate => {
                if let Some(message) = self.bed.receive().await {
                    self.bed.send(message.body.clone().unwrap()).await;
                    self.bed.deliver(&self.worker.0, message).await;
                }
            }
            Step::Race => {
                if let Some(message) = self.bed.receive().await {
                    futures::join!(
                        self.bed.deliver(&self.worker.0, message.clone()),
                        self.bed.deliver(&self.other.0, message),
                    );
                }
            }
            Step::Cancel => {
                self.bed.runs.request_cancel(id, &workspace()).await.unwrap();
            }
            Step::Pass(seconds) => self.bed.advance(Duration::from_secs(seconds)).await,
        }
    }
}

async fn live(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let bed = Bed::new().await;
    let target = Target::start(|_: &Call| (200, json!("ok"))).await;
    let flow = bed.publish(TWO_CALLS).await;
    let (worker, other) = (bed.process(), bed.process());
    let mut world = World { bed, worker, other };
    let wish = |bed: &Bed| bed.wish_once(&flow, json!({"url": target.url}), "k");
    let id = world.bed.runs.start(wish(&world.bed)).await.unwrap().id;
    let mut ended = None;
    for step in steps.iter().copied() {
        if matches!(step, Step::Start) {
            let again = world.bed.runs.start(wish(&world.bed)).await.unwrap();
            prop_assert_eq!(again.id, id);
        } else {
            world.take(step, id).await;
        }
        let view = world.bed.view(id).await;
        if let Some(ended) = &ended {
            prop_assert_eq!(&view, ended, "a run that had ended has changed");
        } else if view.run.status.is_terminal() {
            ended = Some(view);
        }
    }
    let ended = match ended {
        Some(ended) => ended,
        None => world.bed.work_to_the_end(&world.worker.0, id).await,
    };
    // All that is still under way comes to nothing.
    for _ in 0..20 {
        world.bed.work(&world.worker.0).await;
        world.bed.advance(Duration::from_secs(100)).await;
    }
    prop_assert_eq!(&world.bed.view(id).await, &ended);
    prop_assert!(world.bed.receive().await.is_none(), "a message is left over");
    let keys: BTreeSet<_> =
        target.calls().iter().map(|call| call.header("idempotency-key").to_owned()).collect();
    prop_assert!(keys.len() <= 2, "{:?}", keys);
    if ended.run.status == Status::Completed {
        prop_assert_eq!(keys.len(), 2);
        prop_assert_eq!(ended.end, Some(End::Output(json!({"done": true}))));
    } else {
        let cancelled = steps.iter().any(|step| matches!(step, Step::Cancel));
        let crashes = steps.iter().filter(|step| matches!(step, Step::Crash(..))).count();
        prop_assert!(
            cancelled || crashes >= 5 || ended.run.status == Status::TimedOut,
            "{:?}",
            ended
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_ends_in_one_state_with_one_completion(
        steps in prop::collection::vec(step(), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live(steps))?;
    }
}
