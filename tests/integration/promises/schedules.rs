//! A schedule fires: one run for each moment, or none, whoever dies and however often it is told of.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    model::{End, Overlap, Schedule, Status, Timestamp, Trigger, TriggerState},
    queue::Firing,
    runs::Runs,
    store::{Filter, ListedRun},
};
use support::{Bed, DEAD_LETTERS, Moment, Target, die_at_every_request, records};

use super::flows::{HELLO, ONE_CALL};

const MINUTE: Duration = Duration::from_secs(60);

/// Takes nothing but a message.
const STRICT: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: strict, version: '1.0.0' }
input:
  schema:
    document: { type: object, required: [ message ], additionalProperties: false, properties: { message: { type: string } } }
do:
  - show: { set: { seen: '${ . }' } }
"#;

/// Shows its input.
const ECHO: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: echo, version: '1.0.0' }
do:
  - show: { set: { seen: '${ . }' } }
"#;

async fn publish(bed: &Bed, source: &str, schedule: Schedule) -> Trigger {
    let trigger = bed.publish(source).await;
    let trigger = Trigger { schedule: Some(schedule), ..trigger };
    bed.store.put_trigger(&trigger).await.unwrap();
    trigger
}

fn firing(trigger: &Trigger, scheduled_at: Timestamp) -> Firing {
    let (workspace, trigger) = (trigger.workspace.clone(), trigger.id.clone());
    Firing { workspace, trigger, scheduled_at, manual: false }
}

async fn send(bed: &Bed, firing: &Firing) {
    bed.send(firing.write().unwrap()).await;
}

/// Fires now, and lets a worker do what comes of it.
async fn fire(bed: &Bed, worker: &Runs, trigger: &Trigger) {
    send(bed, &firing(trigger, bed.clock.now())).await;
    bed.work(worker).await;
}

async fn runs(bed: &Bed, trigger: &Trigger) -> Vec<ListedRun> {
    let filter = Filter { triggers: Some(vec![trigger.id.clone()]), ..Filter::default() };
    bed.store.list(&trigger.workspace, &filter, None, 100).await.unwrap().runs
}

async fn outputs(bed: &Bed, trigger: &Trigger) -> Vec<Value> {
    let mut outputs = Vec::new();
    for run in runs(bed, trigger).await {
        let view = bed.view(run.id).await;
        assert_eq!(view.run.status, Status::Completed, "{:?}", view.end);
        let Some(End::Output(output)) = view.end else { panic!("no output") };
        outputs.push(output);
    }
    outputs
}

#[tokio::test]
async fn ten_deliveries_of_one_moment_at_once_are_one_run() {
    for overlap in [Overlap::Allow, Overlap::Skip] {
        let bed = Bed::new().await;
        let target = Target::start(|_| (200, json!("ok"))).await;
        let input = json!({"message": "?", "url": target.url});
        let schedule = Schedule { overlap, ..records::schedule(input) };
        let trigger = publish(&bed, ONE_CALL, schedule).await;
        let moment = firing(&trigger, bed.clock.now());
        for _ in 0..10 {
            send(&bed, &moment).await;
        }
        let workers: Vec<_> = (0..10).map(|_| bed.process()).collect();
        let deliveries = workers.iter().map(|(worker, _)| async {
            let message = bed.receive().await.unwrap();
            assert!(bed.deliver(worker, message).await);
        });
        futures::future::join_all(deliveries).await;
        let id = runs(&bed, &trigger).await[0].id;
        bed.work_to_the_end(&workers[0].0, id).await;
        // Told of once more when it is over.
        send(&bed, &moment).await;
        bed.work(&workers[0].0).await;
        assert_eq!(runs(&bed, &trigger).await.len(), 1, "{overlap:?}");
        assert_eq!(target.calls().len(), 1, "{overlap:?}");
    }
}

#[tokio::test]
async fn moments_and_wishes_for_now_each_have_their_run() {
    let bed = Bed::new().await;
    let trigger = publish(&bed, ECHO, records::schedule(json!({"message": "Ada"}))).await;
    let (worker, _) = bed.process();
    for _ in 0..2 {
        fire(&bed, &worker, &trigger).await;
        bed.advance(MINUTE).await;
    }
    // At the very moment of a firing.
    send(&bed, &firing(&trigger, bed.clock.now())).await;
    let id = bed.runs.fire_now(&trigger).await.unwrap();
    bed.work(&worker).await;
    let runs = runs(&bed, &trigger).await;
    assert_eq!(runs.len(), 4);
    assert!(runs.iter().any(|run| run.id == id));
}

/// Lets a worker die at its request `count` while it handles a firing, and others handle what is
/// left; whether it came that far.
async fn dies_at(count: usize, moment: Moment, overlap: Overlap, late: Duration) -> bool {
    let bed = Bed::new().await;
    let input = json!({"message": "x".repeat(2000)});
    let trigger = publish(&bed, ECHO, Schedule { overlap, ..records::schedule(input) }).await;
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    send(&bed, &firing(&trigger, bed.clock.now())).await;
    wire.stop_at(count, moment);
    let message = bed.receive().await.unwrap();
    let came = tokio::select! {
        biased;
        () = wire.stopped() => true,
        _ = bed.deliver(&doomed, message) => false,
    };
    let what = format!("{moment:?} request {count}, {overlap:?}, {late:?} later");
    // The message comes back, be it when the firing is too old to start anything.
    bed.advance(late).await;
    bed.work(&survivor).await;
    let found = runs(&bed, &trigger).await;
    let stored = match found.as_slice() {
        [] => {
            assert!(late > Duration::from_secs(3600), "{what}: the firing is lost");
            return came;
        }
        [run] => run.id,
        more => panic!("{what}: {} runs", more.len()),
    };
    for _ in 0..3 {
        bed.work(&survivor).await;
        bed.advance(Duration::from_secs(30)).await;
    }
    // After so long, what was stored ends, if only because its time is over.
    let status = bed.view(stored).await.run.status;
    assert!(status.is_terminal(), "{what}: {status:?}");
    assert_eq!(runs(&bed, &trigger).await.len(), 1, "{what}");
    came
}

#[tokio::test]
async fn a_worker_may_die_at_every_request_of_a_firing() {
    for overlap in [Overlap::Allow, Overlap::Skip] {
        for late in [Duration::from_secs(901), Duration::from_secs(2 * 3600)] {
            die_at_every_request(4..20, async |count, moment| {
                dies_at(count, moment, overlap, late).await
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_moment_longer_past_than_the_schedule_catches_up_with_starts_nothing() {
    let bed = Bed::new().await;
    let trigger = publish(&bed, ECHO, records::schedule(json!({}))).await;
    let (worker, _) = bed.process();
    let start = bed.clock.now();
    bed.advance(Duration::from_secs(3600)).await;
    for (milliseconds, count) in [(1, 1), (0, 2)] {
        send(&bed, &firing(&trigger, start.after(Duration::from_millis(milliseconds)))).await;
        bed.work(&worker).await;
        assert_eq!(runs(&bed, &trigger).await.len(), count);
    }
    bed.advance(Duration::from_millis(3)).await;
    send(&bed, &firing(&trigger, start.after(Duration::from_millis(2)))).await;
    bed.work(&worker).await;
    assert_eq!(runs(&bed, &trigger).await.len(), 2);
}

#[tokio::test]
async fn a_trigger_that_is_paused_gone_or_without_a_schedule_starts_nothing() {
    let bed = Bed::new().await;
    let (worker, _) = bed.process();
    let trigger = publish(&bed, ECHO, records::schedule(json!({}))).await;
    fire(&bed, &worker, &trigger).await;
    assert_eq!(runs(&bed, &trigger).await.len(), 1);

    let switch = async |state| {
        bed.store.set_trigger_state(&trigger.workspace, &trigger.id, state).await.unwrap();
        bed.advance(MINUTE).await;
        fire(&bed, &worker, &trigger).await;
        runs(&bed, &trigger).await.len()
    };
    // Nobody waits for a cache to forget.
    assert_eq!(switch(TriggerState::Paused).await, 1);
    assert_eq!(switch(TriggerState::Active).await, 2);

    bed.store.put_trigger(&Trigger { schedule: None, ..trigger.clone() }).await.unwrap();
    bed.advance(MINUTE).await;
    fire(&bed, &worker, &trigger).await;
    let absent = Trigger { id: "absent".parse().unwrap(), ..trigger.clone() };
    fire(&bed, &worker, &absent).await;
    let stranger = Trigger { workspace: "other".parse().unwrap(), ..trigger.clone() };
    fire(&bed, &worker, &stranger).await;
    assert_eq!(runs(&bed, &trigger).await.len(), 2);
    assert!(runs(&bed, &absent).await.is_empty());
    assert!(bed.receive_from(DEAD_LETTERS).await.is_none());
}

#[tokio::test]
async fn the_moment_is_in_the_input_where_the_schema_allows_for_it() {
    for (source, input, seen) in [
        (
            ECHO,
            json!({"message": "Ada"}),
            json!({"message": "Ada", "scheduled_time": "2026-02-09T23:24:39.000Z"}),
        ),
        (ECHO, json!({"scheduled_time": "mine"}), json!({"scheduled_time": "mine"})),
        (ECHO, json!([1]), json!([1])),
        (STRICT, json!({"message": "Ada"}), json!({"message": "Ada"})),
    ] {
        let bed = Bed::new().await;
        let trigger = publish(&bed, source, records::schedule(input)).await;
        bed.runs.check_schedule(&trigger, trigger.schedule.as_ref().unwrap()).await.unwrap();
        let (worker, _) = bed.process();
        fire(&bed, &worker, &trigger).await;
        assert_eq!(outputs(&bed, &trigger).await, [json!({"seen": seen})]);
    }
}

#[tokio::test]
async fn what_cannot_start_is_dropped_and_told_beforehand() {
    let bed = Bed::new().await;
    let (worker, _) = bed.process();
    let wrong_input = publish(&bed, STRICT, records::schedule(json!({"message": 1}))).await;
    let unserved = publish(&bed, ECHO, records::schedule(json!({}))).await;
    let unserved = Trigger { flow: "absent".to_owned(), ..unserved };
    bed.store.put_trigger(&unserved).await.unwrap();
    for (trigger, kind) in [
        (wrong_input, shared::runs::ErrorKind::Invalid),
        (unserved, shared::runs::ErrorKind::NotFound),
    ] {
        let check = bed.runs.check_schedule(&trigger, trigger.schedule.as_ref().unwrap());
        assert_eq!(check.await.unwrap_err().kind(), kind);
        fire(&bed, &worker, &trigger).await;
        assert!(runs(&bed, &trigger).await.is_empty());
        // It does not come back.
        bed.advance(Duration::from_secs(2000)).await;
        assert!(bed.receive().await.is_none());
    }
}

#[tokio::test]
async fn a_firing_is_skipped_while_the_run_of_the_one_before_goes_on() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!("ok"))).await;
    let input = json!({"message": "?", "url": target.url});
    let schedule = Schedule { overlap: Overlap::Skip, ..records::schedule(input) };
    let trigger = publish(&bed, ONE_CALL, schedule).await;
    let (worker, _) = bed.process();
    let (workspace, id) = (&trigger.workspace, &trigger.id);

    // The first one is stored, and nobody has executed it yet.
    let first = bed.clock.now();
    send(&bed, &firing(&trigger, first)).await;
    let message = bed.receive().await.unwrap();
    bed.deliver(&worker, message).await;
    let start = bed.receive().await.unwrap();
    bed.advance(MINUTE).await;
    let second = firing(&trigger, bed.clock.now());
    send(&bed, &second).await;
    bed.work(&worker).await;
    assert_eq!(runs(&bed, &trigger).await.len(), 1);
    let turn = bed.store.turn(workspace, id).await.unwrap().unwrap();
    assert_eq!((turn.scheduled_at, turn.skipped_at), (first, Some(second.scheduled_at)));

    // The first one ends. What was skipped stays so when it is told of again; the next one starts.
    bed.deliver(&worker, start).await;
    assert_eq!(runs(&bed, &trigger).await[0].status, Status::Completed);
    send(&bed, &second).await;
    bed.work(&worker).await;
    assert_eq!(runs(&bed, &trigger).await.len(), 1);
    bed.advance(MINUTE).await;
    fire(&bed, &worker, &trigger).await;
    assert_eq!(runs(&bed, &trigger).await.len(), 2);
    assert_eq!(target.calls().len(), 2);
}

#[tokio::test]
async fn of_two_moments_at_once_one_starts_where_runs_must_not_overlap() {
    for overlap in [Overlap::Allow, Overlap::Skip] {
        let bed = Bed::new().await;
        let schedule = Schedule { overlap, ..records::schedule(json!({})) };
        let trigger = publish(&bed, ECHO, schedule).await;
        // The turn has been had before, or it has not.
        for earlier in [0, 1] {
            let (worker, _) = bed.process();
            assert_eq!(bed.work(&worker).await > 0, earlier > 0);
            bed.advance(MINUTE).await;
            let expected = if overlap == Overlap::Allow { 8 } else { 1 };
            fire_at_once(&bed, &trigger, 8).await;
            assert_eq!(runs(&bed, &trigger).await.len(), (earlier + 1) * expected, "{overlap:?}");
        }
    }
}

/// So many moments, each in the hands of a worker of its own.
async fn fire_at_once(bed: &Bed, trigger: &Trigger, count: u64) {
    let now = bed.clock.now();
    for number in 0..count {
        send(bed, &firing(trigger, now.after(Duration::from_millis(number)))).await;
    }
    let mut messages = Vec::new();
    while let Some(message) = bed.receive().await {
        messages.push((bed.process(), message));
    }
    let deliveries = messages
        .into_iter()
        .map(|((worker, _), message)| async move { bed.deliver(&worker, message).await });
    futures::future::join_all(deliveries).await;
}

#[tokio::test]
async fn a_turn_whose_run_never_came_is_free_again_when_it_cannot_come_any_more() {
    let bed = Bed::new().await;
    let schedule = Schedule { overlap: Overlap::Skip, ..records::schedule(json!({})) };
    let trigger = publish(&bed, ECHO, schedule).await;
    let (worker, _) = bed.process();
    let lost = shared::model::RunId::new(bed.clock.now(), [7; 10]);
    let (workspace, id) = (&trigger.workspace, &trigger.id);
    bed.store.take_turn(workspace, id, lost, bed.clock.now(), None).await.unwrap();
    bed.advance(Duration::from_secs(3600)).await;
    fire(&bed, &worker, &trigger).await;
    assert!(runs(&bed, &trigger).await.is_empty());
    bed.advance(MINUTE).await;
    fire(&bed, &worker, &trigger).await;
    assert_eq!(runs(&bed, &trigger).await.len(), 1);
}

#[tokio::test]
async fn a_firing_among_the_dead_letters_leaves_no_run_without_a_message() {
    let bed = Bed::new().await;
    let trigger = publish(&bed, ECHO, records::schedule(json!({}))).await;
    let moment = firing(&trigger, bed.clock.now());
    let (worker, wire) = bed.process();
    // The store takes the run; the queue fails for good.
    wire.fail(|sent| (sent.operation == "SendMessage").then_some(support::Fault::ServerError));
    send(&bed, &moment).await;
    for _ in 0..5 {
        let message = bed.receive().await.unwrap();
        assert!(!bed.deliver(&worker, message).await);
        bed.advance(Duration::from_secs(10)).await;
    }
    assert!(bed.receive().await.is_none());
    let run = runs(&bed, &trigger).await[0].id;
    assert_eq!(bed.view(run).await.run.status, Status::Queued);
    wire.heal();
    assert_eq!(bed.bury(&worker).await, 1);
    assert_eq!(bed.work_to_the_end(&worker, run).await.run.status, Status::Completed);
}

#[tokio::test]
async fn a_firing_costs_two_reads_one_put_and_one_send() {
    let bed = Bed::new().await;
    let trigger = publish(&bed, HELLO, records::schedule(json!({"message": "Ada"}))).await;
    let (worker, wire) = bed.process();
    fire(&bed, &worker, &trigger).await;
    // The flow is still in the cache.
    bed.advance(Duration::from_secs(1)).await;
    send(&bed, &firing(&trigger, bed.clock.now())).await;
    let message = bed.receive().await.unwrap();
    wire.take();
    bed.deliver(&worker, message).await;
    assert_eq!(wire.sorted_operations(), ["GetItem", "GetItem", "PutItem", "SendMessage"]);
}
