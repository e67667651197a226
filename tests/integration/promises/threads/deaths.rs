//! A process dies before or after any of its requests.

use std::time::Duration;

use shared::model::Status;
use support::{Moment, die_at_every_request};

use super::Place;

/// Lets a worker that stops at its request `count` handle the runs of a thread, and another one take its place;
/// whether it came that far.
async fn worker_dies_at(count: usize, moment: Moment) -> bool {
    let place = Place::new().await;
    let mut ids = Vec::new();
    for key in ["a", "b"] {
        ids.push(place.start(&place.bed.runs, key).await);
    }
    let last = ids[1];
    let (doomed, wire) = place.bed.process();
    wire.stop_at(count, moment);
    let life = place.bed.work_to_the_end(&doomed, last);
    let came = tokio::select! { biased; () = wire.stopped() => true, _ = life => false };
    let (survivor, _) = place.bed.process();
    for id in &ids {
        let view = place.bed.work_to_the_end(&survivor, *id).await;
        assert_eq!(view.run.status, Status::Completed, "{moment:?} request {count}");
    }
    assert_eq!(place.callers(), ids, "{moment:?} request {count}");
    came
}

#[tokio::test]
async fn a_worker_may_die_at_every_request() {
    die_at_every_request(21..200, worker_dies_at).await;
}

/// What comes of `life` while time passes beside it.
async fn passing<T>(place: &Place, life: impl Future<Output = T>) -> T {
    let ticking = async {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            place.bed.advance(Duration::from_millis(200)).await;
        }
    };
    tokio::select! { lived = life => lived, () = ticking => unreachable!() }
}

/// Lets a start that stops at its request `count` come before another one, and be repeated afterwards, or never; or
/// come second.
async fn start_dies_at(count: usize, moment: Moment, waits: bool, is_first: bool, repeats: bool) {
    let what = format!(
        "{moment:?} request {count}, waits: {waits}, first: {is_first}, repeats: {repeats}"
    );
    let place = Place::new().await;
    let (doomed, wire) = place.bed.process();
    let (worker, _) = place.bed.process();
    let before = if is_first { None } else { Some(place.start(&place.bed.runs, "before").await) };
    wire.stop_at(count, moment);
    let start = async {
        if waits {
            Box::pin(doomed.start_and_wait(place.wish("doomed"))).await.map(drop)
        } else {
            Box::pin(doomed.start(place.wish("doomed"))).await.map(drop)
        }
    };
    let started = async {
        tokio::select! { biased; () = wire.stopped() => {}, started = start => started.unwrap() }
    };
    passing(&place, Box::pin(started)).await;
    let next = place.start(&place.bed.runs, "next").await;
    let began_at = place.bed.clock.now();
    let view = passing(&place, Box::pin(place.bed.work_to_the_end(&worker, next))).await;
    assert_eq!(view.run.status, Status::Completed, "{what}");
    // Two runs before it take twenty seconds each, and a dead start or a dead holder a minute or two.
    let took = place.bed.clock.now().since(began_at);
    assert!(took < Duration::from_secs(240), "{what}: {took:?}");
    let repeated = if repeats { Some(place.start(&place.bed.runs, "doomed").await) } else { None };
    if let Some(id) = repeated {
        let view = passing(&place, Box::pin(place.bed.work_to_the_end(&worker, id))).await;
        assert_eq!(view.run.status, Status::Completed, "{what}");
    }
    let callers = place.callers();
    let known = callers.iter().filter(|id| Some(**id) == before || **id == next).count();
    assert_eq!(known, 1 + usize::from(before.is_some()), "{what}");
    assert!(callers.len() <= known + 1, "{what}: nobody calls again after another: {callers:?}");
    assert!(before.is_none_or(|id| callers.first() == Some(&id)), "{what}");
}

#[tokio::test]
async fn a_start_may_die_at_every_request_and_holds_nobody_up_for_long() {
    for count in 0..8 {
        for moment in [Moment::Before, Moment::After] {
            for waits in [false, true] {
                for is_first in [false, true] {
                    // One that waits behind another waits for a worker, of whom there is none yet.
                    if waits && !is_first {
                        continue;
                    }
                    Box::pin(start_dies_at(count, moment, waits, is_first, false)).await;
                    Box::pin(start_dies_at(count, moment, waits, is_first, true)).await;
                }
            }
        }
    }
}
