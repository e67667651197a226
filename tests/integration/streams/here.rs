//! A run that is executed where its caller follows it.

use std::time::Duration;

use local::Options;
use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    model::{LogEntry, RunId},
    runs::{Follower, Happening, Settings},
};
use support::{Api, Bed, Events, Fault, Model, Moment, Reply, Target, die_at_every_request, send};

use super::{BASE, assert_whole, events_behind, events_of, followed, ids, kinds, steps, text};
use crate::promises::flows::{LOOP_RETRY_WAIT, ONE_CALL};

const WORDS: [&str; 4] = ["Ada ", "wrote ", "the first ", "program."];

const ASK: &str = "document: { dsl: '1.0.3', namespace: test, name: ask, version: '1.0.0' }
do: [{ ask: { call: llm, with: { provider: own, model: small, messages: [{ role: user, content: Who }], stream: true } } }]";

const THREE_CALLS: &str =
    "document: { dsl: '1.0.3', namespace: test, name: three-calls, version: '1.0.0' }
do:
  - a: { call: http, with: { method: get, endpoint: '${ .url }' }, output: { as: '${ $input }' } }
  - b: { call: http, with: { method: get, endpoint: '${ .url }' }, output: { as: '${ $input }' } }
  - c: { call: http, with: { method: get, endpoint: '${ .url }' } }";

fn stream(api: &Api, trigger: &str, inputs: &Value) -> reqwest::RequestBuilder {
    let body = json!({"workflow_configuration_id": trigger, "inputs": inputs});
    api.post(&format!("{BASE}/trigger/stream"), body.to_string())
}

/// What is told from now on to the end.
async fn rest(follower: &mut Follower) -> Vec<Happening> {
    let mut happenings = Vec::new();
    while let Some(happening) = follower.next().await {
        happenings.push(happening);
    }
    happenings
}

/// The same, while time passes.
async fn rest_in_time(bed: &Bed, follower: &mut Follower) -> Vec<Happening> {
    tokio::select! {
        happenings = rest(follower) => happenings,
        () = passing(bed) => unreachable!(),
    }
}

async fn passing(bed: &Bed) {
    loop {
        tokio::time::sleep(Duration::from_millis(2)).await;
        bed.advance(Duration::from_secs(2)).await;
    }
}

/// The lines that are told, the last one among them.
fn lines(happenings: &[Happening]) -> Vec<LogEntry> {
    let line = |happening: &Happening| match happening {
        Happening::Line(line) | Happening::Ended(line, _) => Some(line.clone()),
        _ => None,
    };
    happenings.iter().filter_map(line).collect()
}

async fn log(bed: &Bed, run: RunId) -> Vec<LogEntry> {
    bed.store.logs(run, None, 10_000).await.unwrap().entries
}

#[tokio::test]
async fn what_a_model_says_is_told_while_it_says_it() {
    let bed = Bed::new().await;
    let model = Model::start(|_| Reply::saying(&WORDS, 20)).await;
    bed.add_provider(&model.base_url, None).await;
    let trigger = bed.publish(ASK).await;
    let (mut follower, replayed) =
        bed.runs.start_and_follow(bed.wish(&trigger, json!({}))).await.unwrap();
    assert!(!replayed);
    let happenings = rest(&mut follower).await;
    let words: Vec<_> = happenings
        .iter()
        .map(|happening| match happening {
            Happening::Accepted => "accepted".to_owned(),
            Happening::Line(line) => line.status.clone(),
            Happening::Said(delta) => delta.text.clone(),
            Happening::Ended(..) => "ended".to_owned(),
            other => panic!("{other:?}"),
        })
        .collect();
    let [said @ .., completed, ended] = &words[2..] else { panic!("{words:?}") };
    assert_eq!(words[..2], ["accepted", "started"]);
    assert_eq!(said, WORDS);
    assert_eq!((completed.as_str(), ended.as_str()), ("completed", "ended"));
    assert_eq!(lines(&happenings), log(&bed, follower.run().id).await);
}

#[tokio::test]
async fn a_followed_run_writes_down_each_effect_before_it_is_told() {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!({"answer": 42}))).await;
    let one_call = bed.publish(ONE_CALL).await;
    let wish = || bed.wish(&one_call, json!({"message": "?", "url": target.url}));
    bed.runs.start_and_wait(wish()).await.unwrap();
    bed.wire.take();
    let (mut follower, _) = bed.runs.start_and_follow(wish()).await.unwrap();
    rest(&mut follower).await;
    let mut operations = bed.wire.sorted_operations();
    operations.retain(|operation| operation != "Query");
    // As a waiting run of one step, and a put of what stands before the step.
    assert_eq!(operations, ["PutItem", "PutItem", "SendMessage", "UpdateItem"]);
}

#[tokio::test]
async fn a_reader_who_does_not_read_holds_nobody_up_and_misses_no_line() {
    let bed = Bed::new().await;
    let many: Vec<String> = (0..2000).map(|number| format!("{number} ")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let said = Reply::saying(&many, 200);
    let model = Model::start(move |_| said.clone()).await;
    bed.add_provider(&model.base_url, None).await;
    let trigger = bed.publish(ASK).await;
    let (mut follower, _) = bed.runs.start_and_follow(bed.wish(&trigger, json!({}))).await.unwrap();
    let run = follower.run().id;
    while !bed.view(run).await.run.status.is_terminal() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let happenings = rest(&mut follower).await;
    assert_eq!(lines(&happenings), log(&bed, run).await);
    assert!(matches!(happenings.last(), Some(Happening::Ended(..))));
    let tokens = happenings.iter().filter(|it| matches!(it, Happening::Said(_))).count();
    assert!((1..2000).contains(&tokens), "{tokens}");
    // A token stands within its step.
    let said = happenings.iter().rposition(|it| matches!(it, Happening::Said(_))).unwrap();
    assert!(matches!(&happenings[said + 1], Happening::Line(line) if line.status == "completed"));
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_stop_the_run() {
    let api = Api::with(Options { workers: false, ..Options::default() }).await;
    let target = Target::start_slow(Duration::from_millis(300), |_| (200, json!({}))).await;
    api.publish(ONE_CALL).await;
    let mut events = Events::open(stream(
        &api,
        "one-call",
        &json!([text("url", &target.url), text("message", "?")]),
    ))
    .await;
    assert_eq!(events.status, 200);
    let run = events.next().await.unwrap().data["run_id"].as_str().unwrap().to_owned();
    drop(events);
    // No worker is there to take over.
    let rest = followed(events_of(&api, &run)).await;
    assert_whole(&rest);
    assert_eq!(rest.last().unwrap().kind, "run.completed");
    assert_eq!(target.calls().len(), 1);
}

#[tokio::test]
async fn a_stream_that_is_cut_goes_on_by_the_run_s_events() {
    let api = Api::start().await;
    let target = Target::start(|_| (200, json!({}))).await;
    api.publish(THREE_CALLS).await;
    let inputs = json!([text("url", &target.url)]);
    for cut in 1..8 {
        let mut stream = Events::open(stream(&api, "three-calls", &inputs)).await;
        let mut events = Vec::new();
        while events.len() < cut {
            events.push(stream.next().await.unwrap());
        }
        drop(stream);
        let last = events.last().and_then(|event| event.id).unwrap();
        let run = events[0].data["run_id"].as_str().unwrap().to_owned();
        events.extend(followed(events_behind(&api, &run, last)).await);
        assert_whole(&events);
        assert_eq!(events, followed(events_of(&api, &run)).await);
    }
}

#[tokio::test]
async fn a_call_in_flight_at_the_end_of_a_stream_is_handed_over() {
    let stream_for = Duration::from_millis(800);
    let settings = Settings { stream: stream_for, ..Settings::default() };
    let api = Api::with(Options { settings, ..Options::default() }).await;
    let target = Target::start_slow(Duration::from_millis(1500), |_| (200, json!({}))).await;
    api.publish(ONE_CALL).await;
    let inputs = json!([text("url", &target.url), text("message", "?")]);
    let mut events = followed(stream(&api, "one-call", &inputs)).await;
    let next = events.pop().unwrap();
    assert_eq!((next.kind.as_str(), next.id), ("reconnect", None));
    let run = next.data["run_id"].as_str().unwrap().to_owned();
    loop {
        let last = events.last().and_then(|event| event.id).unwrap();
        let more = followed(events_behind(&api, &run, last)).await;
        let is_over = more.last().unwrap().kind != "reconnect";
        events.extend(more.into_iter().filter(|event| event.kind != "reconnect"));
        if is_over {
            break;
        }
    }
    assert_whole(&events);
    assert_eq!(events.last().unwrap().kind, "run.completed");
    let keys: Vec<_> =
        target.calls().iter().map(|call| call.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_repeat_is_told_the_same_as_the_first_call() {
    let api = Api::start().await;
    api.publish(&steps(3)).await;
    let once = || stream(&api, "steps", &json!([])).header("idempotency-key", "once");
    let first = Events::open(once()).await;
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let first = first.rest().await;
    assert_whole(&first);
    let second = Events::open(once()).await;
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(second.rest().await, first);
    assert_eq!(api.run_count().await, 1);
}

#[tokio::test]
async fn waiting_calls_of_the_other_dialects_are_streams_for_who_accepts_them() {
    let api = Api::start().await;
    api.publish(&steps(2)).await;
    let events = followed(api.wait_for("steps", "{}").header("accept", "text/event-stream")).await;
    assert_whole(&events);
    assert_eq!(events.last().unwrap().data["output"], json!({"number": 1}));
    for (method, waits) in
        [(Method::POST, None), (Method::GET, Some("false")), (Method::GET, Some("true"))]
    {
        let mut request =
            api.keyed(method, "/ext/triggers/steps").header("accept", "text/event-stream");
        if let Some(waits) = waits {
            request = request.header("x-api-wait", waits);
        }
        let stream = Events::open(request).await;
        let run = stream.headers["x-pf-run-id"].to_str().unwrap().to_owned();
        assert_eq!(stream.headers["x-pf-automation-id"], "steps");
        assert_eq!(stream.headers["access-control-allow-origin"], "*");
        let events = stream.rest().await;
        assert_whole(&events);
        assert_eq!(events[0].data["run_id"], run);
    }
    let refused = send(api.wait_for("none", "{}").header("accept", "text/event-stream")).await;
    assert_eq!((refused.status, refused.header("content-type")), (404, "application/json"));
}

#[tokio::test]
async fn silence_is_broken_every_quarter_of_a_minute() {
    let bed = Bed::new().await;
    let sleep = bed.publish(crate::wire::flows::SLEEP).await;
    let (mut follower, _) = bed.runs.start_and_follow(bed.wish(&sleep, json!({}))).await.unwrap();
    assert_eq!(follower.next().await, Some(Happening::Accepted));
    assert!(matches!(follower.next().await, Some(Happening::Line(_))));
    let mut said = Vec::new();
    let began = bed.clock.now();
    while said.len() < 3 {
        tokio::select! {
            happening = follower.next() => {
                assert_eq!(happening, Some(Happening::Silence));
                said.push(bed.clock.now().since(began).as_secs());
            }
            () = async {
                tokio::time::sleep(Duration::from_millis(2)).await;
                bed.advance(Duration::from_secs(1)).await;
            } => {}
        }
    }
    assert_eq!(said, [15, 30, 45]);
}

#[tokio::test]
async fn the_process_that_executes_a_followed_run_may_die_at_every_request() {
    die_at_every_request(11..100, dies_at).await;
}

/// Follows a run in a process that stops at its request `count`, and then in another one; whether it came that far.
async fn dies_at(count: usize, moment: Moment) -> bool {
    let bed = Bed::new().await;
    let target = Target::start(|_| (200, json!({"value": 1}))).await;
    let flow = bed.publish(LOOP_RETRY_WAIT).await;
    let ((doomed, wire), (survivor, _), (other, _)) = (bed.process(), bed.process(), bed.process());
    let input = json!({"url": target.url, "items": [1, 2, 3]});
    let (mut follower, _) = doomed.start_and_follow(bed.wish(&flow, input)).await.unwrap();
    let run = follower.run().id;
    wire.stop_at(count, moment);
    let mut told = Vec::new();
    let came = {
        let life = async {
            while let Some(happening) = follower.next().await {
                told.push(happening);
            }
        };
        tokio::select! {
            biased;
            () = wire.stopped() => true,
            () = life => false,
            () = passing(&bed) => unreachable!(),
        }
    };
    drop(follower);
    if came {
        let seen = lines(&told).last().map_or(0, |line| line.seq);
        let caller = other.authenticate_by_key(&bed.key().await).await.unwrap();
        let goes_on = other.follow(&caller, &run.to_string(), Some(seen)).await.unwrap();
        let (_, more) = tokio::join!(bed.work_to_the_end(&survivor, run), async {
            match goes_on {
                Some(mut follower) => rest_in_time(&bed, &mut follower).await,
                None => Vec::new(),
            }
        });
        told.extend(more);
    }
    let what = format!("{moment:?} request {count}");
    let log = log(&bed, run).await;
    assert_eq!(lines(&told), log, "{what}");
    let ends = told.iter().filter(|happening| matches!(happening, Happening::Ended(..))).count();
    assert_eq!(ends, 1, "{what}");
    came
}

#[tokio::test]
async fn a_trigger_that_streams_refuses_as_the_other_does() {
    let api = Api::start().await;
    api.publish(&steps(1)).await;
    let wrong = stream(&api, "steps", &json!([{"name": "x", "type": "nothing", "value": 1}]));
    assert_eq!(send(wrong).await.status, 422);
    assert_eq!(send(stream(&api, "none", &json!([]))).await.status, 404);
    assert_eq!(api.run_count().await, 0);
    let events = followed(stream(&api, "steps", &json!([]))).await;
    assert_eq!(kinds(&events)[0], "run.started");
    assert_eq!(ids(&events), [0, 1, 2, 3]);
    assert!(events[0].data["thread_id"].is_string());
}

#[tokio::test]
async fn a_store_that_fails_sends_its_followers_elsewhere_but_not_at_once() {
    let bed = Bed::new().await;
    let sleep = bed.publish(crate::wire::flows::SLEEP).await;
    let run = bed.runs.start(bed.wish(&sleep, json!({}))).await.unwrap().id;
    let ((worker, _), (process, wire)) = (bed.process(), bed.process());
    bed.work(&worker).await;
    let caller = process.authenticate_by_key(&bed.key().await).await.unwrap();
    let mut follower = process.follow(&caller, &run.to_string(), None).await.unwrap().unwrap();
    assert_eq!(follower.next().await, Some(Happening::Accepted));
    assert!(matches!(follower.next().await, Some(Happening::Line(_))));
    let mut failures_left = 4;
    wire.fail(move |_| {
        failures_left -= 1;
        (failures_left >= 0).then_some(Fault::ServerError)
    });
    tokio::select! {
        told = follower.next() => assert_eq!(told, Some(Happening::Silence)),
        () = passing(&bed) => unreachable!(),
    }
    wire.fail(|_| Some(Fault::ServerError));
    let told = rest_in_time(&bed, &mut follower).await;
    assert_eq!(told.last(), Some(&Happening::Elsewhere(1)));
}
