//! However many ask at once in however many processes, no more is let through than the limits say.

use std::{num::NonZeroU32, time::Duration};

use serde_json::json;
use shared::{
    model::{Rate, Status},
    runs::{Error, ErrorKind, Runs},
    store::Filter,
};
use support::{Bed, Target, workspace};

use super::limited::{crowd, four, is_near, limit_flow, limit_workspace, starts};
use crate::promises::flows::{HELLO, ONE_CALL};

#[tokio::test]
async fn a_hundred_callers_are_let_through_as_often_as_the_rate_says() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let rate = Rate::new("50/s".parse().unwrap(), 25).unwrap();
    bed.store.set_workspace_rate(&workspace(), Some(&rate)).await.unwrap();
    let processes = four(&bed);
    let mut let_through = 0;
    for _ in 0..=100 {
        let callers = (0..100).map(async |caller: usize| {
            let wish = bed.wish(&hello, json!({"message": "you"}));
            match processes[caller % 4].start(wish).await {
                Ok(_) => true,
                Err(Error::RateLimited { again_in, .. }) => {
                    assert!(again_in <= Duration::from_millis(20), "{again_in:?}");
                    false
                }
                Err(error) => panic!("{error}"),
            }
        });
        let answers = futures::future::join_all(callers).await;
        let_through += answers.into_iter().filter(|passed| *passed).count();
        bed.advance(Duration::from_millis(50)).await;
    }
    // A burst, and five seconds.
    assert!(is_near(let_through, 25 + 5 * 50), "{let_through}");
}

#[tokio::test]
async fn a_hundred_callers_never_have_more_runs_in_flight_than_may_be() {
    const LIMIT: usize = 50;
    const ROUNDS: usize = 1;
    for by_flow in [false, true] {
        let bed = Bed::new().await;
        let hello = bed.publish(HELLO).await;
        if by_flow {
            limit_flow(&bed, &hello, 50).await;
        } else {
            limit_workspace(&bed, 50).await;
        }
        let processes = four(&bed);
        assert!(is_near(crowd(&bed, &processes, &hello).await, LIMIT));
        assert!(is_near(bed.in_flight().await, LIMIT));
        let workers: Vec<_> = (0..4).map(|_| bed.process().0).collect();
        // Of which there are as many as runs.
        let (handled, _) = tokio::sync::watch::channel(0);
        let working = workers.iter().map(async |worker| {
            while *handled.borrow() < LIMIT + 100 * ROUNDS {
                match bed.receive().await {
                    Some(message) => {
                        bed.deliver(worker, message).await;
                        handled.send_modify(|count| *count += 1);
                    }
                    None => tokio::task::yield_now().await,
                }
            }
        });
        let asking = (0..100).map(async |caller: usize| {
            let mut handled = handled.subscribe();
            for _ in 0..ROUNDS {
                handled.mark_unchanged();
                while starts(&bed, &processes[caller % 4], &hello).await.is_none() {
                    handled.changed().await.unwrap();
                }
            }
        });
        let mut samples = Vec::new();
        let sampling = async {
            loop {
                samples.push(bed.in_flight().await);
            }
        };
        let busy = futures::future::join(
            futures::future::join_all(working),
            futures::future::join_all(asking),
        );
        tokio::select! { _ = busy => {}, () = sampling => {} }
        assert!(samples.len() > 5, "{samples:?}");
        assert!(samples.iter().all(|count| *count <= LIMIT), "{samples:?}");
        // Nothing has been lost on the way.
        assert_eq!(bed.in_flight().await, 0);
        assert!(is_near(crowd(&bed, &processes, &hello).await, LIMIT));
    }
}

#[tokio::test]
async fn a_start_over_the_limit_leaves_nothing_behind_and_a_repeat_is_answered() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let flow = bed.publish(ONE_CALL).await;
    limit_flow(&bed, &flow, 1).await;
    limit_workspace(&bed, 1).await;
    let input = || json!({"message": "?", "url": target.url});
    let first = bed.runs.start(bed.wish_once(&flow, input(), "first")).await.unwrap();
    let wishes = || {
        [bed.wish(&flow, input()), bed.wish_once(&flow, input(), "second")]
            .map(|wish| (bed.runs.start(wish), bed.wish(&flow, input())))
    };
    for (start, waiting) in wishes() {
        assert_eq!(start.await.unwrap_err().kind(), ErrorKind::Limited);
        assert_eq!(bed.runs.start_and_wait(waiting).await.unwrap_err().kind(), ErrorKind::Limited);
    }
    let all = bed.store.list(&workspace(), &Filter::default(), None, 10).await.unwrap().runs;
    assert_eq!(all.iter().map(|run| run.id).collect::<Vec<_>>(), [first.id]);
    let repeat = bed.runs.start(bed.wish_once(&flow, input(), "first")).await.unwrap();
    assert_eq!((repeat.id, repeat.replayed), (first.id, true));
    let (worker, _) = bed.process();
    bed.work_to_the_end(&worker, first.id).await;
    let repeat = bed.runs.start(bed.wish_once(&flow, input(), "first")).await.unwrap();
    assert_eq!((repeat.id, repeat.replayed), (first.id, true));
    // What was refused is started under the same key, by a call that waits as well.
    let (view, _) = bed.runs.start_and_wait(bed.wish_once(&flow, input(), "second")).await.unwrap();
    assert_eq!(view.run.status, Status::Completed);
    assert!(bed.runs.start(bed.wish(&flow, input())).await.is_ok());
    assert_eq!(target.calls().len(), 2);
}

#[tokio::test]
async fn a_flow_that_is_computed_at_once_is_never_in_flight() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let (hello, call) = (bed.publish(HELLO).await, bed.publish(ONE_CALL).await);
    limit_workspace(&bed, 1).await;
    bed.runs.start(bed.wish(&call, json!({"message": "?", "url": target.url}))).await.unwrap();
    let wish = bed.wish(&hello, json!({"message": "you"}));
    let (view, _) = bed.runs.start_and_wait(wish).await.unwrap();
    assert_eq!(view.run.status, Status::Completed);
}

#[tokio::test]
async fn what_a_flow_has_no_slot_for_takes_none_of_the_workspace() {
    let bed = Bed::new().await;
    let (hello, other) = (bed.publish(HELLO).await, bed.publish(ONE_CALL).await);
    limit_flow(&bed, &hello, 1).await;
    limit_workspace(&bed, 2).await;
    assert!(starts(&bed, &bed.runs, &hello).await.is_some());
    for _ in 0..3 {
        assert!(starts(&bed, &bed.runs, &hello).await.is_none());
    }
    assert!(starts(&bed, &bed.runs, &other).await.is_some());
    // And the other way round.
    limit_flow(&bed, &hello, 2).await;
    bed.advance(Duration::from_secs(31)).await;
    for _ in 0..3 {
        assert!(starts(&bed, &bed.runs, &hello).await.is_none());
    }
    limit_workspace(&bed, 3).await;
    bed.advance(Duration::from_secs(31)).await;
    assert!(starts(&bed, &bed.runs, &hello).await.is_some());
}

#[tokio::test]
async fn a_day_has_as_many_runs_as_it_may_whatever_is_refused_besides() {
    let bed = Bed::new().await;
    let hello = bed.publish(HELLO).await;
    let day = NonZeroU32::new(50);
    bed.store.set_workspace_runs_a_day(&workspace(), day).await.unwrap();
    limit_flow(&bed, &hello, 20).await;
    let processes = four(&bed);
    // Who finds no slot uses nothing up.
    assert_eq!(crowd(&bed, &processes, &hello).await, 20);
    let (worker, _) = bed.process();
    bed.work(&worker).await;
    assert_eq!(crowd(&bed, &processes, &hello).await, 20);
    bed.work(&worker).await;
    let waiting = async |process: &Runs| {
        let wish = bed.wish(&hello, json!({"message": "you"}));
        process.start_and_wait(wish).await.map(|(view, _)| view.run.id)
    };
    for process in processes.iter().cycle().take(10) {
        waiting(process).await.unwrap();
    }
    for process in &processes {
        let background = process.start(bed.wish(&hello, json!({"message": "you"}))).await;
        for refused in [waiting(process).await.unwrap_err(), background.unwrap_err()] {
            assert!(matches!(refused, Error::RateLimited { .. }), "{refused}");
            // The tests' time starts at 23:24:39.
            assert_eq!(refused.again_in(), Some(Duration::from_secs(35 * 60 + 21)));
        }
    }
    assert_eq!(bed.in_flight().await, 0);
    bed.advance(Duration::from_secs(35 * 60 + 21)).await;
    assert_eq!(crowd(&bed, &processes, &hello).await, 20);
}
