//! A run that does another one again is a start like any other: acknowledged when it is certain, and one under
//! one key, whatever dies.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::{
    model::{ContentHash, End, RunId, Status, Trigger},
    runs::{Idempotency, Original, Runs, Start, Thread},
};
use support::{Bed, Moment, noise};

use super::flows::HELLO;

/// What the run of this id was, as another process finds it.
async fn original(bed: &Bed, trigger: &Trigger, id: RunId) -> Original {
    let run = bed.store.look(id).await.unwrap().unwrap();
    Original::of(run, Arc::new(trigger.clone())).unwrap()
}

fn key() -> Option<Idempotency> {
    Some(Idempotency::Key { key: "k".to_owned(), body: ContentHash::of(b"") })
}

async fn again(runs: &Runs, original: &Original, is_retry: bool) -> RunId {
    let started = if is_retry {
        runs.retry(original, key()).await
    } else {
        runs.replay(original, None, key()).await
    };
    started.unwrap().id
}

/// The run of `input`, ended.
async fn ended(bed: &Bed, trigger: &Trigger, input: Value) -> RunId {
    let (worker, _) = bed.process();
    let wish = Start { thread: Thread::New, ..bed.wish(trigger, input) };
    let id = bed.runs.start(wish).await.unwrap().id;
    bed.work_to_the_end(&worker, id).await;
    id
}

#[tokio::test]
async fn it_may_die_at_every_request_and_its_repeat_is_one_run() {
    for is_retry in [true, false] {
        for count in 0..8 {
            for moment in [Moment::Before, Moment::After] {
                let bed = Bed::new().await;
                let flow = bed.publish(HELLO).await;
                let first = ended(&bed, &flow, json!({"message": "Ada"})).await;
                let original = original(&bed, &flow, first).await;
                let (doomed, wire) = bed.process();
                wire.stop_at(count, moment);
                tokio::select! { _ = again(&doomed, &original, is_retry) => {}, () = wire.stopped() => {} }
                let (survivor, _) = bed.process();
                let id = again(&survivor, &original, is_retry).await;
                let view = bed.work_to_the_end(&survivor, id).await;
                let what = format!("{moment:?} request {count}, retry: {is_retry}");
                assert_eq!(view.run.status, Status::Completed, "{what}");
                assert_eq!(view.run.parent, Some(first), "{what}");
                assert_eq!(view.run.thread, Some(first.into()), "{what}");
                let list =
                    bed.store.list(&support::workspace(), &Default::default(), None, 9).await;
                assert_eq!(list.unwrap().runs.len(), 2, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn inputs_of_every_size_are_taken_over() {
    let bed = Bed::new().await;
    let flow = bed.publish(HELLO).await;
    let (worker, _) = bed.process();
    for length in [10, 1000, 300_000, 4_000_000] {
        let message = noise(length, 1);
        let first = ended(&bed, &flow, json!({"message": message})).await;
        let original = original(&bed, &flow, first).await;
        for is_retry in [true, false] {
            let started = if is_retry {
                bed.runs.retry(&original, None).await
            } else {
                bed.runs.replay(&original, None, None).await
            };
            let view = bed.work_to_the_end(&worker, started.unwrap().id).await;
            let expected = json!({"reply": format!("Hello, {message}")});
            assert!(view.end == Some(End::Output(expected)), "{length} {:?}", view.run);
        }
    }
}
