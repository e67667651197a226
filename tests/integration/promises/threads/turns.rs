//! Turns, while nothing dies.

use std::time::Duration;

use serde_json::json;
use shared::{
    model::{Status, limits::MAX_THREAD_LINE},
    runs::{Error, ErrorKind, Start, Thread},
};
use support::{Bed, workspace};

use super::Place;
use crate::promises::flows::HELLO;

#[tokio::test]
async fn runs_of_a_thread_are_executed_one_at_a_time_in_the_order_in_which_they_came() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let mut ids = Vec::new();
    for key in ["a", "b", "c", "d"] {
        ids.push(place.start(&place.bed.runs, key).await);
    }
    // Repeats of a start change nothing.
    assert_eq!(place.start(&place.bed.runs, "a").await, ids[0]);
    assert_eq!(place.start(&place.bed.runs, "c").await, ids[2]);
    for id in &ids {
        let view = place.bed.work_to_the_end(&worker, *id).await;
        assert_eq!(view.run.status, Status::Completed, "{:?}", view.end);
    }
    assert_eq!(place.callers(), ids);
    assert_eq!(place.target.calls().len(), 2 * ids.len());
}

#[tokio::test]
async fn the_next_run_begins_when_the_one_before_ends_and_not_when_it_looks() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let ids = [place.start(&place.bed.runs, "a").await, place.start(&place.bed.runs, "b").await];
    place.bed.work(&worker).await;
    assert_eq!(place.callers(), ids[..1]);
    place.bed.advance(Duration::from_secs(20)).await;
    place.bed.work(&worker).await;
    assert_eq!(place.callers(), ids);
}

#[tokio::test]
async fn runs_of_other_threads_and_of_none_do_not_wait() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let mut ids = vec![place.start(&place.bed.runs, "a").await];
    for (key, thread) in
        [("b", Thread::Given("other".parse().unwrap())), ("c", Thread::New), ("d", Thread::None)]
    {
        let wish = Start { thread, ..place.wish(key) };
        ids.push(place.bed.runs.start(wish).await.unwrap().id);
    }
    place.bed.work(&worker).await;
    let mut callers = place.callers();
    callers.sort();
    ids.sort();
    assert_eq!(callers, ids);
}

#[tokio::test]
async fn a_run_joins_the_thread_that_another_began() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let first = Start { thread: Thread::New, ..place.wish("a") };
    let first = place.bed.runs.start(first).await.unwrap().id;
    let second = Start { thread: Thread::Given(first.into()), ..place.wish("b") };
    let second = place.bed.runs.start(second).await.unwrap().id;
    place.bed.work_to_the_end(&worker, second).await;
    assert_eq!(place.callers(), [first, second]);
}

#[tokio::test]
async fn a_waiting_call_waits_for_its_turn_and_then_for_its_end() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let first = place.start(&place.bed.runs, "a").await;
    let waiting = place.bed.runs.start_and_wait(place.wish("b"));
    let working = async {
        loop {
            place.bed.work(&worker).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
            place.bed.advance(Duration::from_secs(1)).await;
        }
    };
    let (view, _) =
        tokio::select! { view = waiting => view.unwrap(), () = working => unreachable!() };
    assert_eq!(view.run.status, Status::Completed);
    assert_eq!(place.callers(), [first, view.run.id]);
    // With nobody before it, it is executed in place.
    let hello = place.bed.publish(HELLO).await;
    let thread = Thread::Given("talk".parse().unwrap());
    let wish = Start { thread, ..place.bed.wish(&hello, json!({"message": "you"})) };
    let (view, _) = place.bed.runs.start_and_wait(wish).await.unwrap();
    assert_eq!(view.run.status, Status::Completed);
}

#[tokio::test]
async fn a_run_that_ends_while_it_waits_lets_the_next_one_pass() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let mut ids = Vec::new();
    for key in ["a", "b", "c"] {
        ids.push(place.start(&place.bed.runs, key).await);
    }
    place.bed.runs.request_cancel(ids[1], &workspace()).await.unwrap();
    place.bed.work(&worker).await;
    assert_eq!(place.bed.view(ids[1]).await.run.status, Status::Cancelled);
    place.bed.advance(Duration::from_secs(20)).await;
    place.bed.work(&worker).await;
    assert_eq!(place.callers(), [ids[0], ids[2]]);
}

#[tokio::test]
async fn a_run_that_waits_for_too_long_times_out() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let thread = "talk".parse().unwrap();
    // One that makes no progress, and whose messages are none of this test's.
    let first = place.start(&place.bed.runs, "a").await;
    let now = place.bed.clock.now();
    place.bed.store.claim(first, now, now.after(Duration::from_secs(9000))).await.unwrap();
    let second = place.start(&place.bed.runs, "b").await;
    let view = place.bed.work_to_the_end(&worker, second).await;
    assert_eq!(view.run.status, Status::TimedOut);
    assert_eq!(place.callers(), []);
    assert_eq!(place.bed.store.line(&workspace(), &thread).await.unwrap().runs, [first, second]);
}

#[tokio::test]
async fn a_thread_in_which_too_many_wait_takes_no_more_until_one_has_ended() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let first = place.start(&place.bed.runs, "first").await;
    for count in 1..MAX_THREAD_LINE {
        place.start(&place.bed.runs, &count.to_string()).await;
    }
    let refused = place.bed.runs.start(place.wish("late")).await.unwrap_err();
    assert!(matches!(refused, Error::ThreadFull) && refused.kind() == ErrorKind::Limited);
    place.bed.work_to_the_end(&worker, first).await;
    place.start(&place.bed.runs, "late").await;
}

#[tokio::test]
async fn a_thread_of_dead_runs_only_takes_new_ones() {
    let place = Place::new().await;
    let (worker, _) = place.bed.process();
    let thread = "talk".parse().unwrap();
    for count in 0..MAX_THREAD_LINE {
        let id =
            shared::model::RunId::new(place.bed.clock.now(), [u8::try_from(count).unwrap(); 10]);
        let now = place.bed.clock.now();
        place.bed.store.enter_line(&workspace(), &thread, id, now).await.unwrap();
    }
    place.bed.advance(Duration::from_secs(61)).await;
    let id = place.start(&place.bed.runs, "a").await;
    assert_eq!(place.bed.work_to_the_end(&worker, id).await.run.status, Status::Completed);
}

#[tokio::test]
async fn a_thread_costs_an_update_at_the_start_and_one_at_the_end() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let (worker, wire) = bed.process();
    let mut costs = Vec::new();
    for thread in [Thread::None, Thread::None, Thread::New] {
        bed.wire.take();
        wire.take();
        let wish = Start { thread, ..bed.wish(&hello, json!({"message": "you"})) };
        bed.runs.start(wish).await.unwrap();
        bed.work(&worker).await;
        costs.push([bed.wire.sorted_operations(), wire.sorted_operations()]);
    }
    let expected = costs.remove(1).map(|mut operations| {
        operations.push("UpdateItem".to_owned());
        operations
    });
    assert_eq!(costs.pop(), Some(expected));
}
