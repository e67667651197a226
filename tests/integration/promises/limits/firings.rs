//! Firings over the limit are put off, as long as they may be late.

use std::time::Duration;

use serde_json::json;
use shared::{
    model::{Overlap, Schedule, Trigger},
    queue::Firing,
    store::Filter,
};
use support::{Bed, records};

use super::limited::{limit_workspace, starts};
use crate::promises::flows::{HELLO, LOOP_RETRY_WAIT, ONE_CALL};

/// A trigger with a schedule, and a firing of it that is due now, sent.
async fn fire(bed: &Bed, overlap: Overlap) -> Trigger {
    let input = json!({"message": "Ada"});
    let schedule = Schedule { overlap, catch_up_s: 600, ..records::schedule(input) };
    let trigger = Trigger { schedule: Some(schedule), ..bed.publish(HELLO).await };
    bed.store.put_trigger(&trigger).await.unwrap();
    let (workspace, id) = (trigger.workspace.clone(), trigger.id.clone());
    let scheduled_at = bed.clock.now();
    let firing = Firing { workspace, trigger: id, scheduled_at, manual: false };
    bed.send(firing.write().unwrap()).await;
    trigger
}

async fn count(bed: &Bed, trigger: &Trigger) -> usize {
    let filter = Filter { triggers: Some(vec![trigger.id.clone()]), ..Filter::default() };
    bed.store.list(&trigger.workspace, &filter, None, 100).await.unwrap().runs.len()
}

#[tokio::test]
async fn a_firing_over_the_limit_is_put_off_until_there_is_room() {
    for overlap in [Overlap::Allow, Overlap::Skip] {
        let bed = Bed::new().await;
        let other = bed.publish(LOOP_RETRY_WAIT).await;
        limit_workspace(&bed, 1).await;
        let blocking = bed.wish(&other, json!({"url": "http://127.0.0.1:1", "items": []}));
        let blocking = bed.runs.start(blocking).await.unwrap().id;
        let held = bed.receive().await.unwrap();
        let trigger = fire(&bed, overlap).await;
        let (worker, _) = bed.process();
        for _ in 0..20 {
            assert!(bed.work(&worker).await <= 1);
            assert_eq!(count(&bed, &trigger).await, 0);
            bed.advance(Duration::from_secs(15)).await;
        }
        bed.deliver(&worker, held).await;
        bed.work_to_the_end(&worker, blocking).await;
        bed.advance(Duration::from_secs(15)).await;
        bed.work(&worker).await;
        assert_eq!(count(&bed, &trigger).await, 1, "{overlap:?}");
        assert_eq!(bed.in_flight().await, 0);
    }
}

#[tokio::test]
async fn a_firing_that_finds_no_room_in_time_is_dropped() {
    let bed = Bed::new().await;
    let other = bed.publish(ONE_CALL).await;
    limit_workspace(&bed, 1).await;
    assert!(starts(&bed, &bed.runs, &other).await.is_some());
    let _held = bed.receive().await.unwrap();
    let trigger = fire(&bed, Overlap::Allow).await;
    let (worker, _) = bed.process();
    let mut handled = 0;
    for _ in 0..60 {
        handled += bed.work(&worker).await;
        bed.advance(Duration::from_secs(15)).await;
    }
    // Ten minutes, in steps of fifteen seconds, and one more that finds it too late.
    assert_eq!((handled, count(&bed, &trigger).await), (42, 0));
}
