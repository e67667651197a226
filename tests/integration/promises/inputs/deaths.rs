//! Whoever answers, listens or executes may die at any request.

use std::time::Duration;

use serde_json::json;
use support::{Bed, Moment, die_at_every_request};

use super::scene::{APPROVAL, Scene, of_kind, output, says};

/// Both questions are answered, by processes of which one stops at its request `count`; whether it came that
/// far.
async fn crashes_at(count: usize, moment: Moment, who: &str) -> bool {
    let scene = Scene::new().await;
    let bed = &scene.bed;
    let what = format!("{moment:?} request {count} of the {who}");
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    doomed.status(&scene.caller, &scene.id.to_string()).await.unwrap();
    wire.take();
    let came = {
        let life = async {
            wire.stop_at(count, moment);
            if who == "caller" {
                scene.answer_through(&doomed, says("yes")).await.unwrap();
            } else {
                scene.answer(says("yes")).await.unwrap();
                bed.work(&doomed).await;
                bed.advance(Duration::from_secs(20)).await;
                bed.work(&doomed).await;
            }
        };
        tokio::select! { biased; () = wire.stopped() => true, () = life => false }
    };
    if who == "caller" {
        // Without an answer the caller asks again.
        scene.answer_through(&survivor, says("yes")).await.unwrap();
    }
    for _ in 0..200 {
        bed.work(&survivor).await;
        if scene.view().await.listening.is_some_and(|it| it.kinds == ["more", "less"]) {
            break;
        }
        bed.advance(Duration::from_secs(5)).await;
    }
    assert!(!scene.answer_through(&survivor, of_kind("more")).await.unwrap(), "{what}");
    let view = bed.work_to_the_end(&survivor, scene.id).await;
    assert_eq!(view.end, output("yes", "more"), "{what}");
    came
}

#[tokio::test]
async fn whoever_answers_or_executes_may_die_at_every_request() {
    for (who, least) in [("caller", 3), ("worker", 6)] {
        die_at_every_request(least..100, async |count, moment| {
            crashes_at(count, moment, who).await
        })
        .await;
    }
}

/// The run begins to listen in a process that stops at its request `count`.
async fn begins_and_crashes_at(count: usize, moment: Moment) -> bool {
    let bed = Bed::new().await;
    // Patient: a message may be away for a quarter of an hour.
    let flow = bed.publish(&APPROVAL.replacen("PT10M", "PT30M", 1)).await;
    let caller = bed.runs.authenticate_by_key(&bed.key().await).await.unwrap();
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    let id = bed.runs.start(bed.wish(&flow, json!({"amount": 12}))).await.unwrap().id;
    wire.stop_at(count, moment);
    let came = tokio::select! {
        biased;
        () = wire.stopped() => true,
        _ = bed.work(&doomed) => false,
    };
    let mut passed = 0;
    while bed.view(id).await.listening.is_none() {
        bed.advance(Duration::from_secs(5)).await;
        bed.work(&survivor).await;
        passed += 5;
        assert!(passed < 1000, "{moment:?} request {count}: the run never listens");
    }
    bed.runs.answer(&caller, &id.to_string(), says("no")).await.unwrap();
    for _ in 0..20 {
        bed.work(&survivor).await;
        bed.advance(Duration::from_secs(5)).await;
    }
    bed.runs.answer(&caller, &id.to_string(), of_kind("less")).await.unwrap();
    let view = bed.work_to_the_end(&survivor, id).await;
    assert_eq!(view.end, output("no", "less"), "{moment:?} request {count}");
    came
}

#[tokio::test]
async fn a_worker_may_die_while_its_run_begins_to_listen() {
    die_at_every_request(4..50, begins_and_crashes_at).await;
}
