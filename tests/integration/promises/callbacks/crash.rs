//! A process dies before or after any of its requests: no run ends of which nobody is told.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use shared::model::{RunId, Trigger};
use support::{Bed, Call, Moment, QUEUE, Target, die_at_every_request};

use super::{
    super::flows::{HELLO, ONE_CALL},
    bench::{ask, attempts, callbacks, pass, publish, ticking},
};

/// How a run comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A worker executes it.
    Worker,
    /// A waiting call executes it.
    Waiting,
    /// A waiting call computes it, and stores it as ended.
    Computed,
    /// A worker finds it cancelled.
    Cancelled,
}

async fn flow(bed: &Bed, way: Way, target: &Target) -> Trigger {
    let source = if way == Way::Computed { HELLO } else { ONE_CALL };
    publish(bed, source, target, 1).await
}

/// One process lives the life of a run and dies at its request `count`; whether it came that far.
async fn dies_at(way: Way, count: usize, moment: Moment) -> bool {
    let bed = Bed::new().await;
    let target = Target::start(|_: &Call| (200, json!({"answer": 42}))).await;
    let flow = flow(&bed, way, &target).await;
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    let wish = || bed.wish_once(&flow, ask(&target), "k");
    let life = async {
        wire.stop_at(count, moment);
        match way {
            Way::Worker => {
                bed.runs.start(wish()).await.unwrap();
            }
            Way::Cancelled => {
                let id = bed.runs.start(wish()).await.unwrap().id;
                bed.runs.request_cancel(id, &support::workspace()).await.unwrap();
            }
            Way::Waiting | Way::Computed => {
                let _ = doomed.start_and_wait(wish()).await;
            }
        }
        pass(&bed, &doomed, Duration::from_secs(20)).await;
    };
    let died = tokio::select! {
        biased;
        () = wire.stopped() => true,
        () = ticking(&bed, life) => false,
    };
    let what = format!("{way:?}, {moment:?} request {count}");
    if messages(&bed) == 0 && died {
        // It died before the run was stored, or between the record and its guard: nobody was promised anything.
        let lost = stored(&bed).await.len();
        assert!(lost == 0 || (way == Way::Waiting && count <= 5), "{what}: the run is lost");
        return true;
    }
    pass(&bed, &survivor, Duration::from_mins(40)).await;
    let ids = stored(&bed).await;
    // Before that nobody was promised anything.
    assert!(ids.len() == 1 || (died && way != Way::Worker && count < 6), "{what}: {ids:?}");
    for id in ids {
        let view = bed.view(id).await;
        assert!(view.run.status.is_terminal(), "{what}: {:?}", view.run);
        assert!(view.run.listeners.is_empty(), "{what}: nobody was told");
        let calls = callbacks(&target);
        let names: BTreeSet<_> =
            calls.iter().map(|call| call.header("webhook-id").to_owned()).collect();
        let name = format!("{id}-{}", view.run.status.as_str());
        assert!(names.into_iter().eq([name]), "{what}");
        assert!(calls.len() <= 2, "{what}: {} calls", calls.len());
        assert_eq!(attempts(&bed, id).await.last().unwrap().status, "completed", "{what}");
    }
    assert!(bed.receive().await.is_none(), "{what}: a message is left over");
    died
}

/// How many messages are in the queue, in whatever state.
fn messages(bed: &Bed) -> u32 {
    let attributes = bed.queues.attributes(QUEUE).unwrap();
    let counts = attributes.iter().filter(|(name, _)| name.starts_with("ApproximateNumber"));
    counts.map(|(_, count)| count.parse::<u32>().unwrap()).sum()
}

/// The runs in the table.
async fn stored(bed: &Bed) -> Vec<RunId> {
    let filter = shared::store::Filter::default();
    let page = bed.store.list(&support::workspace(), &filter, None, 10).await.unwrap();
    page.runs.into_iter().map(|run| run.id).collect()
}

async fn dies_everywhere(way: Way, least: usize) {
    die_at_every_request(least..40, async |count, moment| dies_at(way, count, moment).await).await;
}

#[tokio::test]
async fn a_worker_may_die_at_every_request() {
    dies_everywhere(Way::Worker, 8).await;
}

#[tokio::test]
async fn a_waiting_call_may_die_at_every_request() {
    dies_everywhere(Way::Waiting, 8).await;
}

#[tokio::test]
async fn a_waiting_call_without_effects_may_die_at_every_request() {
    dies_everywhere(Way::Computed, 6).await;
}

#[tokio::test]
async fn a_worker_that_cancels_may_die_at_every_request() {
    dies_everywhere(Way::Cancelled, 8).await;
}
