//! Messages come twice, too early, without a run, or unreadable.

use std::time::Duration;

use serde_json::json;
use shared::{
    model::{End, RunId, Status, Timestamp},
    queue::{Kind, Message},
};
use support::{Bed, DEAD_LETTERS, Target};

use super::flows::{HELLO, ONE_CALL};

#[tokio::test]
async fn ten_deliveries_at_once_call_once_and_end_once() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(ONE_CALL).await;
    let wish = bed.wish(&flow, json!({"message": "?", "url": target.url}));
    let id = bed.runs.start(wish).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    let workers: Vec<_> = (0..10).map(|_| bed.process()).collect();
    let deliveries = workers.iter().map(|(worker, _)| bed.deliver(worker, message.clone()));
    futures::future::join_all(deliveries).await;
    let view = bed.work_to_the_end(&workers[0].0, id).await;
    assert_eq!(view.run.status, Status::Completed);
    assert_eq!(target.calls().len(), 1);
    let completions: usize = workers
        .iter()
        .map(|(_, wire)| wire.take().iter().filter(|sent| sent.body.contains("ended_at")).count())
        .sum();
    assert_eq!(completions, 1);
}

#[tokio::test]
async fn of_two_workers_on_one_run_the_one_that_lost_its_lease_writes_nothing_more() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (0, json!(null))).await;
    let flow = bed.publish(ONE_CALL).await;
    let wish = bed.wish(&flow, json!({"message": "?", "url": target.url}));
    let id = bed.runs.start(wish).await.unwrap().id;
    let (slow, slow_wire) = bed.process();
    let (next, _) = bed.process();
    // The first worker hangs in its call while its lease cannot be renewed.
    slow_wire.fail(|sent| {
        (sent.operation == "UpdateItem"
            && sent.body.contains(":lease")
            && !sent.body.contains(":holder"))
        .then_some(support::Fault::ServerError)
    });
    let first = bed.receive().await.unwrap();
    let hanging = worker::handle(&slow, support::event(first));
    tokio::pin!(hanging);
    tokio::select! {
        _ = &mut hanging => panic!("the call does not answer"),
        () = target.reached(1) => {}
    }
    bed.advance(Duration::from_secs(80)).await;
    // Its message is back, and another worker takes the run over and ends it as cancelled.
    bed.runs.request_cancel(id, &support::workspace()).await.unwrap();
    bed.work_to_the_end(&next, id).await;
    let ended = bed.view(id).await;
    assert_eq!(ended.run.status, Status::Cancelled);
    slow_wire.heal();
    // Its next look at the run tells it; whatever it does then, the end stays as it is.
    let ticking = async {
        loop {
            bed.advance(Duration::from_secs(5)).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! { _ = &mut hanging => {}, () = ticking => unreachable!() }
    assert_eq!(bed.view(id).await, ended);
}

#[tokio::test]
async fn a_message_without_a_run_is_retried_then_dropped() {
    let bed = Bed::new().await;
    let (worker, _) = bed.process();
    let run = RunId::new(Timestamp::from_millis(1), [1; 10]);
    let message = Message { run, kind: Kind::Start, wake_at: None, traceparent: None };
    bed.send(message.write().unwrap()).await;
    let mut results = Vec::new();
    for _ in 0..10 {
        if let Some(message) = bed.receive().await {
            let delivery = bed.deliver(&worker, message);
            tokio::pin!(delivery);
            // The worker looks again for a while before it gives the message back.
            results.push(loop {
                tokio::select! {
                    biased;
                    succeeded = &mut delivery => break succeeded,
                    () = tokio::time::sleep(Duration::from_millis(1)) => bed.advance(Duration::from_millis(500)).await,
                }
            });
        }
        bed.advance(Duration::from_secs(6)).await;
    }
    assert_eq!(results, [false, false, true]);
    assert!(bed.receive_from(DEAD_LETTERS).await.is_none());
}

#[tokio::test]
async fn a_message_that_overtakes_its_run_waits_for_it() {
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let (worker, _) = bed.process();
    // The header is held up on the way until the worker has looked in vain once.
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    let other = Bed::new().await;
    other.publish(HELLO).await;
    let run = bed.view(id).await.run;
    let (late, _) = other.process();
    drop(worker);
    other.send(message.body.unwrap()).await;
    let message = other.receive().await.unwrap();
    let delivered = other.deliver(&late, message);
    let stored = async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        other.store.insert(&run, &json!({"message": "you"})).await.unwrap();
        other.advance(Duration::from_millis(100)).await;
    };
    let (succeeded, ()) = futures::join!(delivered, stored);
    assert!(succeeded);
    assert_eq!(other.view(id).await.run.status, Status::Completed);
}

#[tokio::test]
async fn a_poison_message_becomes_a_dead_letter_and_is_dropped_there() {
    let bed = Bed::new().await;
    let (worker, _) = bed.process();
    bed.send("not a message".to_owned()).await;
    let mut deliveries = 0;
    for _ in 0..20 {
        deliveries += bed.work(&worker).await;
        bed.advance(Duration::from_secs(900)).await;
    }
    assert_eq!(deliveries, 5);
    assert_eq!(bed.bury(&worker).await, 1);
    bed.advance(Duration::from_secs(900)).await;
    assert_eq!(bed.bury(&worker).await, 0);
}

#[tokio::test]
async fn a_run_whose_deliveries_all_fail_ends_as_failed_with_the_reason() {
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let (broken, wire) = bed.process();
    let (healthy, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    wire.fail(|sent| (sent.operation == "UpdateItem").then_some(support::Fault::ServerError));
    for _ in 0..12 {
        bed.work(&broken).await;
        bed.advance(Duration::from_secs(6)).await;
    }
    assert_eq!(bed.bury(&healthy).await, 1);
    let view = bed.view(id).await;
    assert_eq!(view.run.status, Status::Failed);
    let Some(End::Error(error)) = view.end else { panic!("no error") };
    assert!(error.to_string().contains("every delivery"), "{error}");
}
