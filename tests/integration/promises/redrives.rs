//! Buried runs are found and started again, each once, whatever dies and however often that is asked for.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::json;
use shared::{
    model::{RunId, Status, Trigger},
    runs::{Original, RunView, Runs},
    store::Filter,
};
use support::{Bed, Fault, Moment, QUEUE};

use super::flows::HELLO;

/// A run that a worker cannot execute, ended by the dead-letter function.
async fn buried(bed: &Bed, flow: &Trigger) -> RunId {
    let (broken, wire) = bed.process();
    wire.fail(|sent| (sent.operation == "UpdateItem").then_some(Fault::Refused));
    let id = bed.runs.start(bed.wish(flow, json!({"message": "Ada"}))).await.unwrap().id;
    for _ in 0..6 {
        bed.work(&broken).await;
        bed.advance(std::time::Duration::from_secs(10)).await;
    }
    let (undertaker, _) = bed.process();
    assert_eq!(bed.bury(&undertaker).await, 1);
    assert!(bed.view(id).await.is_buried());
    id
}

async fn all(runs: &Runs) -> Vec<RunView> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let filter = Filter::default();
        let (views, next) =
            runs.buried(&support::workspace(), filter, cursor.as_deref()).await.unwrap();
        all.extend(views);
        cursor = next;
        if cursor.is_none() {
            return all;
        }
    }
}

async fn redrive(runs: &Runs, view: RunView, flow: &Trigger) -> RunId {
    let original = Original::of(view.run, Arc::new(flow.clone())).unwrap();
    runs.redrive(&original).await.unwrap().id
}

#[tokio::test]
async fn of_all_runs_those_are_found_that_were_buried() {
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let failing = HELLO.replace("name: hello", "name: failing").replace(".message", ".message.x.y");
    let failing = bed.publish(&failing).await;
    let (worker, _) = bed.process();
    let mut expected = BTreeSet::new();
    for _ in 0..20 {
        let failed =
            bed.runs.start(bed.wish(&failing, json!({"message": "Ada"}))).await.unwrap().id;
        bed.work(&worker).await;
        assert_eq!(bed.view(failed).await.run.status, Status::Failed);
        expected.insert(buried(&bed, &flow).await);
    }
    let found: BTreeSet<_> = all(&bed.runs).await.into_iter().map(|view| view.run.id).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_redrive_may_die_at_every_request_and_its_repeat_is_one_run() {
    for count in 0..6 {
        for moment in [Moment::Before, Moment::After] {
            let bed = Bed::new().await;
            let flow = bed.publish(HELLO).await;
            let first = buried(&bed, &flow).await;
            let (doomed, wire) = bed.process();
            wire.stop_at(count, moment);
            let view = bed.view(first).await;
            tokio::select! {
                biased;
                () = wire.stopped() => {},
                _ = redrive(&doomed, view.clone(), &flow) => {},
            }
            let (survivor, _) = bed.process();
            let id = redrive(&survivor, view.clone(), &flow).await;
            bed.advance(std::time::Duration::from_hours(48)).await;
            assert_eq!(
                redrive(&survivor, view, &flow).await,
                id,
                "keys of callers are forgotten by now"
            );
            let ended = bed.work_to_the_end(&survivor, id).await;
            let what = format!("{moment:?} request {count}");
            // Nobody looked at its message for two days.
            assert_eq!(ended.run.status, Status::TimedOut, "{what}");
            assert_eq!(ended.run.parent, Some(first), "{what}");
            let filter = Filter::default();
            let list = bed.store.list(&support::workspace(), &filter, None, 9).await.unwrap();
            assert_eq!(list.runs.len(), 2, "{what}");
            assert_eq!(bed.queues.attributes(QUEUE).unwrap()["ApproximateNumberOfMessages"], "0");
        }
    }
}
