//! A batch that dies half-way is made whole by its repeat: each item is one run.

use std::collections::BTreeSet;

use serde_json::json;
use shared::{
    model::{RunId, Status},
    runs::{ErrorKind, Runs, Start},
};
use support::{Bed, Fault, Moment};

use super::flows::HELLO;

const ITEMS: usize = 20;

async fn wishes(bed: &Bed) -> Vec<Start> {
    let flow = bed.publish(HELLO).await;
    let wish = |number: usize| {
        let input = json!({"message": number.to_string()});
        bed.wish_once(&flow, input, &format!("key {number}"))
    };
    (0..ITEMS).map(wish).collect()
}

async fn all(runs: &Runs, wishes: Vec<Start>) -> Vec<RunId> {
    runs.start_batch(wishes).await.into_iter().map(|started| started.unwrap().id).collect()
}

#[tokio::test]
async fn it_may_die_at_every_request_and_its_repeat_is_one_run_for_each_item() {
    for count in (0..ITEMS * 3).step_by(7) {
        for moment in [Moment::Before, Moment::After] {
            let bed = Bed::new().await;
            let (doomed, wire) = bed.process();
            let (first, second) = (wishes(&bed).await, wishes(&bed).await);
            wire.stop_at(count, moment);
            tokio::select! { biased; () = wire.stopped() => {}, _ = all(&doomed, first) => {} }
            let (survivor, _) = bed.process();
            let ids = all(&survivor, second).await;
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ITEMS);
            bed.work(&survivor).await;
            for id in &ids {
                let status = bed.view(*id).await.run.status;
                assert_eq!(status, Status::Completed, "{moment:?} request {count}");
            }
            let workspace = support::workspace();
            let list =
                bed.store.list(&workspace, &shared::store::Filter::default(), None, 100).await;
            assert_eq!(list.unwrap().runs.len(), ITEMS, "{moment:?} request {count}");
        }
    }
}

#[tokio::test]
async fn an_item_that_cannot_be_stored_stops_no_other() {
    let bed = Bed::new().await;
    let wishes = wishes(&bed).await;
    // The seventh's message is never sent.
    let (mut count, mut doomed) = (0, None);
    bed.wire.fail(move |sent| {
        if sent.operation != "SendMessage" {
            return None;
        }
        count += 1;
        if count == 7 {
            doomed = Some(sent.body.clone());
        }
        (doomed.as_ref() == Some(&sent.body)).then_some(Fault::ServerError)
    });
    let started = bed.runs.start_batch(wishes).await;
    let failed: Vec<_> = started.iter().filter_map(|started| started.as_ref().err()).collect();
    assert_eq!((started.len(), failed.len()), (ITEMS, 1));
    assert_eq!(failed[0].kind(), ErrorKind::Unavailable);
}
