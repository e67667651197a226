//! Limits hold however many ask at once in however many processes, and whoever dies.

use std::{num::NonZeroU32, time::Duration};

use serde_json::json;
use shared::{
    model::{OverLimit, Overlap, Rate, RunId, Schedule, Status, Trigger},
    queue::Firing,
    runs::{Error, ErrorKind, Runs, Start},
    store::Filter,
};
use support::{Bed, Moment, QUEUE, Target, die_at_every_request, records, workspace};

use super::flows::{HELLO, LOOP_RETRY_WAIT, ONE_CALL};

/// What the published guide allows: as many as the limit says, or 2 % less.
fn is_near(count: usize, limit: usize) -> bool {
    count <= limit && count * 100 >= limit * 98
}

async fn limit_workspace(bed: &Bed, count: u32) {
    let count = Some(count.to_string().parse().unwrap());
    bed.store.set_workspace_runs_in_flight(&workspace(), count).await.unwrap();
}

async fn limit_flow(bed: &Bed, flow: &Trigger, count: u32) {
    let count = Some(count.to_string().parse().unwrap());
    bed.store.set_flow_runs_in_flight(&workspace(), &flow.flow, count).await.unwrap();
}

/// Starts a run in the background; whether a limit let it.
async fn starts(bed: &Bed, process: &Runs, flow: &Trigger) -> Option<RunId> {
    match process.start(bed.wish(flow, json!({"message": "you"}))).await {
        Ok(started) => Some(started.id),
        Err(error) => {
            assert!(matches!(error, Error::TooManyRuns { .. }), "{error}");
            assert_eq!(error.again_in(), Some(Duration::from_secs(5)));
            None
        }
    }
}

/// How many of a hundred callers in four processes are let start a run, when all of them try at once.
async fn crowd(bed: &Bed, processes: &[Runs], flow: &Trigger) -> usize {
    let callers = (0..100).map(|caller| starts(bed, &processes[caller % processes.len()], flow));
    futures::future::join_all(callers).await.into_iter().flatten().count()
}

fn four(bed: &Bed) -> Vec<Runs> {
    (0..4).map(|_| bed.process().0).collect()
}

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

/// Lets a process die at its request `count` while it starts a run, or executes one, under a limit of one; whether it
/// came that far. However that goes, the one run that may be in flight can be started again in time.
async fn dies_at(count: usize, moment: Moment, starting: bool, waiting: bool) -> bool {
    let bed = Bed::new().await;
    let target = Target::start(|call| (200, json!({"value": call.body["item"]}))).await;
    let flow = bed.publish(LOOP_RETRY_WAIT).await;
    limit_flow(&bed, &flow, 1).await;
    limit_workspace(&bed, 1).await;
    let input = || json!({"url": target.url, "items": [1, 2]});
    let wish = || bed.wish_once(&flow, input(), "once");
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    let what = format!("{moment:?} request {count}, starting: {starting}, waiting: {waiting}");
    let began = if starting { None } else { Some(bed.runs.start(wish()).await.unwrap().id) };
    wire.stop_at(count, moment);
    let came = {
        let life = async {
            match began {
                Some(id) => drop(Box::pin(bed.work_to_the_end(&doomed, id)).await),
                None if waiting => {
                    let call = Box::pin(doomed.start_and_wait(wish()));
                    let ticking = async {
                        loop {
                            tokio::time::sleep(Duration::from_millis(2)).await;
                            bed.advance(Duration::from_secs(2)).await;
                        }
                    };
                    tokio::select! { call = call => drop(call.unwrap()), () = ticking => {} }
                }
                None => drop(Box::pin(doomed.start(wish())).await.unwrap()),
            }
        };
        tokio::select! { biased; () = wire.stopped() => true, () = life => false }
    };
    assert!(bed.in_flight().await <= 1, "{what}");
    // The caller tries again, and is answered with the run that there is by then.
    let id = bed.runs.start(wish()).await.unwrap().id;
    assert_eq!(bed.in_flight().await.max(1), 1, "{what}");
    bed.work_to_the_end(&survivor, id).await;
    // Of what was left behind, whoever is refused finds the traces.
    let mut next = bed.runs.start(bed.wish(&flow, input())).await;
    for _ in 0..3 {
        if next.is_ok() {
            break;
        }
        bed.advance(Duration::from_secs(60)).await;
        next = bed.runs.start(bed.wish(&flow, input())).await;
    }
    assert!(next.is_ok(), "{what}: the limit is lowered for ever");
    assert_eq!(bed.in_flight().await, 1, "{what}");
    came
}

async fn dies_everywhere(starting: bool, waiting: bool, at_least: usize) {
    die_at_every_request(at_least..100, async |count, moment| {
        dies_at(count, moment, starting, waiting).await
    })
    .await;
}

#[tokio::test]
async fn a_start_under_a_limit_may_die_at_every_request() {
    dies_everywhere(true, false, 6).await;
}

#[tokio::test]
async fn a_waiting_call_under_a_limit_may_die_at_every_request() {
    dies_everywhere(true, true, 10).await;
}

#[tokio::test]
async fn a_worker_under_a_limit_may_die_at_every_request() {
    dies_everywhere(false, false, 10).await;
}

/// A trigger with a schedule, and a firing of it that is due now, sent.
async fn fire(bed: &Bed, overlap: Overlap) -> Trigger {
    let input = json!({"message": "Ada"});
    let schedule = Schedule { overlap, catch_up_s: 600, ..records::schedule(input) };
    let trigger = Trigger { schedule: Some(schedule), ..bed.publish(HELLO).await };
    bed.store.put_trigger(&trigger).await.unwrap();
    let (workspace, id) = (trigger.workspace.clone(), trigger.id.clone());
    let scheduled_at = bed.clock.now();
    let firing = Firing { workspace, trigger: id, scheduled_at, manual: false };
    let body = firing.write().unwrap();
    let outgoing = local::sqs::Outgoing { body, ..Default::default() };
    bed.queues.send(QUEUE, outgoing).await.unwrap();
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

/// A trigger of the flow whose runs wait over the limit.
async fn queueing(bed: &Bed, flow: &str) -> Trigger {
    let trigger = Trigger { over_limit: OverLimit::Queue, ..bed.publish(flow).await };
    bed.store.put_trigger(&trigger).await.unwrap();
    trigger
}

#[tokio::test]
async fn runs_over_the_limit_wait_where_their_trigger_says_so() {
    let bed = Bed::new().await;
    let calls = Target::start(|_| (200, json!("ok"))).await;
    let flow = queueing(&bed, ONE_CALL).await;
    limit_flow(&bed, &flow, 2).await;
    limit_workspace(&bed, 3).await;
    let input = || json!({"message": "?", "url": calls.url});
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(bed.runs.start(bed.wish(&flow, input())).await.unwrap().id);
    }
    // Two begin at once; the messages of the others are looked at and sent anew.
    let (worker, _) = bed.process();
    let [first, second] = [bed.receive().await.unwrap(), bed.receive().await.unwrap()];
    bed.work(&worker).await;
    assert_eq!(calls.calls().len(), 0);
    for message in [first, second] {
        assert!(bed.deliver(&worker, message).await);
    }
    assert_eq!(calls.calls().len(), 2);
    for id in ids {
        let view = bed.work_to_the_end(&worker, id).await;
        assert_eq!(view.run.status, Status::Completed);
    }
    assert_eq!((calls.calls().len(), bed.in_flight().await), (6, 0));
    // Nothing is left behind.
    assert!(is_near(crowd(&bed, &four(&bed), &bed.publish(HELLO).await).await, 3));
}

#[tokio::test]
async fn a_waiting_call_over_the_limit_waits_for_its_turn_too() {
    let bed = Bed::new().await;
    let calls = Target::start(|_| (200, json!("ok"))).await;
    let flow = queueing(&bed, ONE_CALL).await;
    limit_flow(&bed, &flow, 1).await;
    let input = || json!({"message": "?", "url": calls.url});
    bed.runs.start(bed.wish(&flow, input())).await.unwrap();
    let (worker, _) = bed.process();
    let working = async {
        loop {
            tokio::time::sleep(Duration::from_millis(2)).await;
            bed.work(&worker).await;
            bed.advance(Duration::from_secs(1)).await;
        }
    };
    let (view, _) = tokio::select! {
        answer = bed.runs.start_and_wait(bed.wish(&flow, input())) => answer.unwrap(),
        () = working => unreachable!(),
    };
    assert_eq!(view.run.status, Status::Completed);
    assert_eq!(calls.calls().len(), 2);
}

#[tokio::test]
async fn a_run_that_waits_for_a_slot_can_be_cancelled_and_ends_at_its_deadline() {
    let bed = Bed::new().await;
    let flow = queueing(&bed, ONE_CALL).await;
    limit_flow(&bed, &flow, 1).await;
    let [_, cancelled, late] = [(); 3].map(|()| bed.wish(&flow, json!({"message": "you"})));
    let blocking = bed.runs.start(bed.wish(&flow, json!({"message": "you"}))).await.unwrap().id;
    let message = bed.receive().await.unwrap();
    bed.queues.delete(QUEUE, &message.receipt_handle.unwrap()).await.unwrap();
    let cancelled = bed.runs.start(cancelled).await.unwrap().id;
    let late = bed.runs.start(late).await.unwrap().id;
    let (worker, _) = bed.process();
    bed.work(&worker).await;
    bed.runs.request_cancel(cancelled, &workspace()).await.unwrap();
    assert_eq!(bed.work_to_the_end(&worker, cancelled).await.run.status, Status::Cancelled);
    // Nobody has given the first one's slot back.
    assert_eq!(bed.view(late).await.run.status, Status::Queued);
    assert_eq!(bed.work_to_the_end(&worker, late).await.run.status, Status::TimedOut);
    assert_eq!(bed.view(blocking).await.run.status, Status::Queued);
}

#[tokio::test]
async fn a_run_that_begins_later_is_in_flight_from_then_on() {
    let bed = Bed::new().await;
    let (hello, other) = (bed.publish(HELLO).await, bed.publish(ONE_CALL).await);
    limit_workspace(&bed, 1).await;
    let run_at = Some(bed.clock.now().after(Duration::from_secs(3600)));
    let wish = bed.wish(&hello, json!({"message": "later"}));
    let later = bed.runs.start(Start { run_at, ..wish }).await.unwrap().id;
    let (worker, _) = bed.process();
    for _ in 0..11 {
        bed.work(&worker).await;
        bed.advance(Duration::from_secs(300)).await;
    }
    let first = starts(&bed, &bed.runs, &other).await.expect("nothing is in flight");
    let held = bed.receive().await.unwrap();
    for _ in 0..20 {
        bed.work(&worker).await;
        bed.advance(Duration::from_secs(30)).await;
    }
    // It is due, and there is no room.
    assert_eq!(bed.view(later).await.run.status, Status::Queued);
    bed.deliver(&worker, held).await;
    bed.work_to_the_end(&worker, first).await;
    assert_eq!(bed.work_to_the_end(&worker, later).await.run.status, Status::Completed);
}

/// Lets a worker die at its request `count` while a run behind the gate gets its slot; whether it came that far.
async fn dies_at_gate(count: usize, moment: Moment) -> bool {
    let bed = Bed::new().await;
    let flow = queueing(&bed, HELLO).await;
    limit_flow(&bed, &flow, 1).await;
    limit_workspace(&bed, 1).await;
    let wish = || bed.wish(&flow, json!({"message": "you"}));
    let first = bed.runs.start(wish()).await.unwrap().id;
    let second = bed.runs.start(wish()).await.unwrap().id;
    let (survivor, _) = bed.process();
    let (doomed, wire) = bed.process();
    wire.stop_at(count, moment);
    let life = async {
        bed.work_to_the_end(&doomed, first).await;
        bed.work_to_the_end(&doomed, second).await;
    };
    let came = tokio::select! { biased; () = wire.stopped() => true, () = life => false };
    for id in [first, second] {
        let view = bed.work_to_the_end(&survivor, id).await;
        assert_eq!(view.run.status, Status::Completed, "{moment:?} request {count}");
    }
    bed.advance(Duration::from_secs(60)).await;
    let last = bed.runs.start(wish()).await.unwrap().id;
    assert!(!bed.view(last).await.run.gated, "{moment:?} request {count}");
    came
}

#[tokio::test]
async fn a_worker_at_the_gate_may_die_at_every_request() {
    die_at_every_request(9..100, dies_at_gate).await;
}
