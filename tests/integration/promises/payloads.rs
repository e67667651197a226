//! Runs whose input, results and output are too large for an item: the same promises, and what S3 may do to them.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use shared::{
    model::{End, HttpAnswer, JournalEntry, Outcome, Run, RunId, Status},
    runs::ErrorKind,
    store::Append,
};
use support::{BUCKET, Bed, Fault, Moment, Target, die_at_every_request, noise};

/// Letters whose compressed form is just too large for an item.
const LARGE: usize = 430_000;

/// Letters that fit an item and do not ride in a header.
const SMALL: usize = 2_000;

/// Puts out what it was given.
const ECHO: &str = r"
document: { dsl: '1.0.3', namespace: test, name: echo, version: '1.0.0' }
do:
  - echo:
      set: { text: '${ .text }' }
";

/// Gets a result, remembers it while it sleeps, and puts it out.
const FETCH: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: fetch, version: '1.0.0' }
do:
  - fetch:
      call: http
      with:
        method: post
        endpoint: { uri: '${ .url + "/fetch" }' }
        body: {}
      output:
        as: '{ url: $input.url, given: ($input.text | length), text: .text }'
  - rest:
      wait: { seconds: 30 }
  - finish:
      call: http
      with:
        method: post
        endpoint: { uri: '${ .url + "/finish" }' }
        body: {}
      output:
        as: '{ given: $input.given, text: $input.text }'
"#;

async fn target() -> Target {
    let text = noise(LARGE, 7);
    Target::start(move |call| {
        (200, if call.path == "/fetch" { json!({"text": text}) } else { json!({}) })
    })
    .await
}

fn given(target: &Target) -> Value {
    json!({"url": target.url, "text": noise(LARGE, 3)})
}

fn check(view: &shared::runs::RunView, target: &Target, what: &str) {
    assert_eq!(view.run.status, Status::Completed, "{what}");
    let expected = json!({"given": LARGE, "text": noise(LARGE, 7)});
    assert!(view.end == Some(End::Output(expected)), "{what}: another output");
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for call in target.calls() {
        *calls.entry(call.header("idempotency-key").to_owned()).or_default() += 1;
    }
    // One crash can repeat no more than the one call that was not written down yet.
    assert!(calls.len() == 2 && calls.values().sum::<usize>() <= 3, "{what}: {calls:?}");
}

/// Runs the flow with one process that stops at its request `count`; whether it came that far.
async fn crashes_at(count: usize, moment: Moment, waiting: bool) -> bool {
    let bed = Bed::new().await;
    let flow = bed.publish(FETCH).await;
    let target = target().await;
    let what = format!("{moment:?} request {count}, waiting: {waiting}");
    let (doomed, wire) = bed.process();
    let (survivor, _) = bed.process();
    // Configuration is read before; only the run's own requests are counted.
    doomed.start(bed.wish(&flow, json!({"url": "http://127.0.0.1:1", "text": ""}))).await.unwrap();
    let first = bed.receive().await.unwrap();
    bed.queues.delete(support::QUEUE, &first.receipt_handle.unwrap()).await.unwrap();
    wire.take();
    wire.stop_at(count, moment);
    let life = async {
        if waiting {
            let call = doomed.start_and_wait(bed.wish(&flow, given(&target)));
            let ticking = async {
                loop {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    bed.advance(Duration::from_secs(2)).await;
                }
            };
            tokio::select! { _ = call => {}, () = ticking => {} }
        } else {
            let started = doomed.start(bed.wish(&flow, given(&target))).await.unwrap();
            bed.work_to_the_end(&doomed, started.id).await;
        }
    };
    let came = tokio::select! { biased; () = wire.stopped() => true, () = life => false };
    let Some(id) = stored_run(&bed, &wire.take()).await else {
        assert!(came && count <= 2, "{what}: the run is lost");
        return came;
    };
    let is_promised = bed
        .queues
        .attributes(support::QUEUE)
        .unwrap()
        .iter()
        .any(|(name, value)| name.starts_with("ApproximateNumberOfMessages") && value != "0");
    if came && !is_promised {
        // Header and message go out side by side; nobody was told of one without the other.
        assert!(count <= 2, "{what}: nothing brings the run back");
        return came;
    }
    check(&bed.work_to_the_end(&survivor, id).await, &target, &what);
    came
}

/// The run that these requests are about, if it is stored.
async fn stored_run(bed: &Bed, sent: &[support::Sent]) -> Option<RunId> {
    let id = |sent: &support::Sent| {
        let (_, rest) = sent.body.split_once("RUN#").or(sent.body.split_once("/payloads/"))?;
        rest.get(..36)?.parse().ok()
    };
    let id = sent.iter().find_map(id)?;
    bed.store.look(id).await.unwrap().map(|run| run.id)
}

async fn crashes_everywhere(waiting: bool) {
    die_at_every_request(11..100, async |count, moment| crashes_at(count, moment, waiting).await)
        .await;
}

#[tokio::test]
async fn a_process_with_payloads_may_die_at_every_request() {
    crashes_everywhere(false).await;
}

#[tokio::test]
async fn a_waiting_call_with_payloads_may_die_at_every_request() {
    crashes_everywhere(true).await;
}

/// The requests of a start, of its worker and of a status, each sorted.
async fn requests(bed: &Bed, length: usize) -> [Vec<String>; 3] {
    let trigger = bed.publish(ECHO).await;
    let (worker, wire) = bed.process();
    let key = bed.key().await;
    let caller = worker.authenticate(&key, "demo").await.unwrap();
    let wish = || bed.wish(&trigger, json!({"text": noise(length, 1)}));
    // Fills the caches.
    worker.start(wish()).await.unwrap();
    bed.work(&worker).await;
    wire.take();
    let started = worker.start(wish()).await.unwrap();
    let start = wire.sorted_operations();
    bed.work(&worker).await;
    let work = wire.sorted_operations();
    let view = worker.status(&caller, &started.id.to_string()).await.unwrap();
    assert!(view.end == Some(End::Output(json!({"text": noise(length, 1)}))));
    [start, work, wire.sorted_operations()]
}

#[tokio::test]
async fn a_payload_costs_one_request_more_to_write_and_one_to_read() {
    let bed = Bed::new().await;
    let [start, work, status] = requests(&bed, SMALL).await;
    let more = |operations: &[String], more: &[&str]| {
        let mut all: Vec<_> =
            operations.iter().map(String::as_str).chain(more.iter().copied()).collect();
        all.sort_unstable();
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let large = requests(&bed, LARGE).await;
    assert_eq!(large[0], more(&start, &["PutObject"]));
    assert_eq!(large[1], more(&work, &["GetObject", "PutObject"]));
    assert_eq!(large[2], more(&status, &["GetObject"]));
    assert_eq!(status, ["Query"]);
}

#[tokio::test]
async fn a_start_whose_payload_is_not_taken_promises_nothing_and_may_be_tried_again() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    let faults = [Fault::Throttled, Fault::ServerError, Fault::Reset, Fault::AnswerLost];
    let cases = faults.map(async |fault| {
        let (process, wire) = bed.process();
        wire.fail(move |sent| (sent.operation == "PutObject").then_some(fault));
        let wish =
            || bed.wish_once(&trigger, json!({"text": noise(LARGE, 1)}), &format!("{fault:?}"));
        let refused = process.start(wish()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unavailable, "{fault:?}");
        let waited = process.start_and_wait(wish()).await.unwrap_err();
        assert_eq!(waited.kind(), ErrorKind::Unavailable, "{fault:?}");
        // Once is no harm: the SDK tries again.
        let mut faults = vec![fault];
        wire.fail(move |sent| if sent.operation == "PutObject" { faults.pop() } else { None });
        process.start(wish()).await.unwrap().id
    });
    let ids = futures::future::join_all(cases).await;
    let (worker, _) = bed.process();
    for id in ids {
        let view = bed.work_to_the_end(&worker, id).await;
        assert_eq!(view.run.status, Status::Completed);
    }
}

#[tokio::test]
async fn a_message_that_was_dropped_before_its_run_was_stored_has_a_successor() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    let (process, wire) = bed.process();
    let clock = bed.clock.clone();
    wire.fail(move |sent| {
        if sent.operation == "PutObject" {
            clock.advance(Duration::from_secs(20));
        }
        None
    });
    let wish = bed.wish(&trigger, json!({"text": noise(LARGE, 1)}));
    let id = process.start(wish).await.unwrap().id;
    // What a worker did to the first message meanwhile.
    let dropped = bed.receive().await.unwrap();
    bed.queues.delete(support::QUEUE, &dropped.receipt_handle.unwrap()).await.unwrap();
    bed.work(&bed.runs).await;
    assert_eq!(bed.view(id).await.run.status, Status::Completed);
}

#[tokio::test]
async fn a_worker_without_the_bucket_tries_again() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    for operation in ["GetObject", "PutObject"] {
        let started = bed.runs.start(bed.wish(&trigger, json!({"text": noise(LARGE, 1)}))).await;
        let id = started.unwrap().id;
        let (worker, wire) = bed.process();
        wire.fail(move |sent| (sent.operation == operation).then_some(Fault::ServerError));
        let message = bed.receive().await.unwrap();
        assert!(!bed.deliver(&worker, message).await, "the message is gone");
        assert_eq!(bed.view(id).await.run.status, Status::Running);
        wire.heal();
        let view = bed.work_to_the_end(&worker, id).await;
        assert_eq!(view.run.status, Status::Completed, "{operation}");
    }
}

/// The keys of the objects that these requests put there.
fn keys(sent: &[support::Sent]) -> Vec<String> {
    let puts = sent.iter().filter(|sent| sent.operation == "PutObject");
    puts.map(|put| put.body.split_once("/payloads/payloads/").unwrap().1.to_owned())
        .map(|key| format!("payloads/{key}"))
        .collect()
}

#[tokio::test]
async fn a_run_whose_payload_is_lost_ends_as_failed() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    let started = bed.runs.start(bed.wish(&trigger, json!({"text": noise(LARGE, 1)}))).await;
    let id = started.unwrap().id;
    let [input] = &keys(&bed.wire.take())[..] else { panic!("not one payload") };
    bed.bucket().delete_object().bucket(BUCKET).key(input).send().await.unwrap();
    bed.work(&bed.runs).await;
    let view = bed.view(id).await;
    assert_eq!(view.run.status, Status::Failed);
    let Some(End::Error(error)) = view.end else { panic!("{:?}", view.end) };
    assert_eq!(error.detail.unwrap(), "what was stored of the run cannot be read back");
}

#[tokio::test]
async fn a_run_whose_payload_is_withheld_waits_for_its_deadline() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    for is_allowed_in_time in [true, false] {
        let started = bed.runs.start(bed.wish(&trigger, json!({"text": noise(LARGE, 1)}))).await;
        let id = started.unwrap().id;
        let (worker, wire) = bed.process();
        wire.fail(|sent| (sent.operation == "GetObject").then_some(Fault::Refused));
        bed.work(&worker).await;
        assert_eq!(bed.view(id).await.run.status, Status::Running);
        let expected = if is_allowed_in_time {
            wire.heal();
            Status::Completed
        } else {
            Status::Failed
        };
        let view = bed.work_to_the_end(&worker, id).await;
        assert_eq!(view.run.status, expected);
        assert_eq!(view.run.ended_at >= Some(view.run.deadline), !is_allowed_in_time);
    }
}

#[tokio::test]
async fn a_result_that_cannot_be_read_back_is_no_answer() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    let key = bed.key().await;
    let (process, wire) = bed.process();
    let caller = process.authenticate(&key, "demo").await.unwrap();
    let wish = bed.wish(&trigger, json!({"text": noise(LARGE, 1)}));
    let (view, _) = process.start_and_wait(wish).await.unwrap();
    let id = view.run.id;
    let [_, output] = &keys(&wire.take())[..] else { panic!("not two payloads") };
    assert!(output.starts_with(&format!("payloads/{id}/0000000001-")), "{output}");
    let reasons = async || {
        let error = process.status(&caller, &id.to_string()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
        std::error::Error::source(&error).unwrap().to_string()
    };
    let place = format!("the payload of entry 1 of run {id}");
    let bucket = bed.bucket();
    let put = bucket.put_object().bucket(BUCKET).key(output).body(b"{}".to_vec().into());
    put.send().await.unwrap();
    assert_eq!(reasons().await, format!("{place} is not what was put there"));
    bucket.delete_object().bucket(BUCKET).key(output).send().await.unwrap();
    assert_eq!(reasons().await, format!("{place} is not in the bucket"));
    wire.fail(|sent| (sent.operation == "GetObject").then_some(Fault::Refused));
    assert_eq!(reasons().await, format!("{place} is not in the bucket, or may not be read"));
}

fn entry(text: String) -> JournalEntry {
    let answer = HttpAnswer { status: 200, headers: Vec::new(), body: text, base64: false };
    JournalEntry {
        outcomes: vec![("/do/0/call#1".to_owned(), Outcome::Answer(answer))],
        ..JournalEntry::default()
    }
}

#[tokio::test]
async fn of_two_writers_of_one_number_one_wins_and_is_read_back() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    for _ in 0..8 {
        let started = bed.runs.start(bed.wish(&trigger, json!({"text": ""}))).await.unwrap();
        let run = bed.store.look(started.id).await.unwrap().unwrap();
        let entries = [entry(noise(LARGE, 5)), entry(noise(LARGE, 6))];
        let holders = [1, 2].map(|epoch| Run { epoch, ..run.clone() });
        let (first, second) = tokio::join!(
            bed.store.append(&holders[0], 1, &entries[0]),
            bed.store.append(&holders[1], 1, &entries[1]),
        );
        let outcomes = [first.unwrap(), second.unwrap()];
        let winner = outcomes.iter().position(|outcome| *outcome == Append::Done).unwrap();
        assert_eq!(outcomes[1 - winner], Append::Lost);
        // Entries are read by who claims a run that was held before.
        let now = bed.clock.now();
        bed.store.claim(run.id, now, now).await.unwrap();
        let claim = bed.store.claim(run.id, now, now).await.unwrap();
        let shared::store::Claim::Taken(claimed) = claim else { panic!("not taken") };
        assert!(claimed.journal == [entries[winner].clone()], "the loser's entry was read");
    }
}
