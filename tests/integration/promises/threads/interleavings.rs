//! Whatever happens in whatever order, the runs of a thread keep theirs.

use std::time::Duration;

use proptest::prelude::*;
use shared::{model::RunId, runs::Runs};
use support::{Moment, Wire, workspace};

use super::Place;

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A run is started, or its start repeated.
    Start(usize),
    /// A process that starts a run dies at its request of this number. Whoever asked for it asks again at once.
    StartCrash(usize, usize, Moment),
    /// A worker handles the next message.
    Deliver,
    /// A worker dies at its request of this number, and another takes its place.
    Crash(usize, Moment),
    /// A message is delivered once more than it was sent.
    Duplicate,
    /// Two workers get the same message at once.
    Race,
    /// Somebody asks to cancel a run.
    Cancel(usize),
    /// Time passes, in seconds.
    Pass(u64),
}

const RUNS: usize = 4;

fn step() -> impl Strategy<Value = Step> {
    let moment = || prop_oneof![Just(Moment::Before), Just(Moment::After)];
    prop_oneof![
        4 => (0..RUNS).prop_map(Step::Start),
        2 => (0..RUNS, 0_usize..5, moment()).prop_map(|(run, count, moment)| Step::StartCrash(run, count, moment)),
        6 => Just(Step::Deliver),
        4 => (0_usize..8, moment()).prop_map(|(count, moment)| Step::Crash(count, moment)),
        2 => Just(Step::Duplicate),
        2 => Just(Step::Race),
        1 => (0..RUNS).prop_map(Step::Cancel),
        4 => prop_oneof![Just(1), Just(21), Just(76), Just(300)].prop_map(Step::Pass),
    ]
}

struct World {
    place: Place,
    worker: (Runs, Wire),
    other: (Runs, Wire),
    ids: [Option<RunId>; RUNS],
}

impl World {
    async fn start(&mut self, run: usize) {
        let id = self.place.start(&self.place.bed.runs, &run.to_string()).await;
        assert!(self.ids[run].is_none_or(|known| known == id));
        self.ids[run] = Some(id);
    }

    async fn take(&mut self, step: Step) {
        let bed = &self.place.bed;
        match step {
            Step::Start(run) => self.start(run).await,
            Step::StartCrash(run, count, moment) => {
                let (doomed, wire) = bed.process();
                wire.stop_at(count, moment);
                let wish = self.place.wish(&run.to_string());
                tokio::select! {
                    biased;
                    () = wire.stopped() => {}
                    _ = doomed.start(wish) => {}
                }
                self.start(run).await;
            }
            Step::Deliver => {
                if let Some(message) = bed.receive().await {
                    bed.deliver(&self.worker.0, message).await;
                }
            }
            Step::Crash(count, moment) => {
                let Some(message) = bed.receive().await else { return };
                self.worker.1.stop_at(count, moment);
                tokio::select! {
                    biased;
                    () = self.worker.1.stopped() => {}
                    _ = bed.deliver(&self.worker.0, message) => {}
                }
                self.worker = bed.process();
            }
            Step::Duplicate => {
                if let Some(message) = bed.receive().await {
                    bed.send(message.body.clone().unwrap()).await;
                    bed.deliver(&self.worker.0, message).await;
                }
            }
            Step::Race => {
                if let Some(message) = bed.receive().await {
                    futures::join!(
                        bed.deliver(&self.worker.0, message.clone()),
                        bed.deliver(&self.other.0, message),
                    );
                }
            }
            Step::Cancel(run) => {
                if let Some(id) = self.ids[run] {
                    bed.runs.request_cancel(id, &workspace()).await.unwrap();
                }
            }
            Step::Pass(seconds) => bed.advance(Duration::from_secs(seconds)).await,
        }
    }
}

async fn live(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let place = Place::new().await;
    let (worker, other) = (place.bed.process(), place.bed.process());
    let mut world = World { place, worker, other, ids: [None; RUNS] };
    for step in steps {
        world.take(step).await;
    }
    for id in world.ids.into_iter().flatten() {
        world.place.bed.work_to_the_end(&world.worker.0, id).await;
    }
    let mut callers = world.place.callers();
    let calls = callers.len();
    callers.sort();
    callers.dedup();
    prop_assert_eq!(calls, callers.len(), "a run called before another one had ended");
    // All that is still under way comes to nothing.
    for _ in 0..20 {
        world.place.bed.work(&world.worker.0).await;
        world.place.bed.advance(Duration::from_secs(100)).await;
    }
    prop_assert!(world.place.bed.receive().await.is_none(), "a message is left over");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_keeps_runs_apart_and_ends_them_all(
        steps in prop::collection::vec(step(), 1..30),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live(steps))?;
    }
}
