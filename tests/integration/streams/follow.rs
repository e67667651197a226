//! Following a run from its journal.

use std::time::Duration;

use local::Options;
use serde_json::json;
use shared::{auth::Scopes, runs::Settings};
use support::{Api, Events, Target, send};

use super::{
    BASE, assert_whole, events_behind, events_of, followed, ids, kinds, start, steps, text,
};
use crate::wire::flows::SLEEP;

/// Calls `url` as often as `items` says, one after another.
const CALLS: &str = r"
document: { dsl: '1.0.3', namespace: test, name: calls, version: '1.0.0' }
input: { schema: { document: { type: object, properties: { url: { type: string }, items: { type: array } } } } }
do:
  - each:
      for: { in: .items }
      do:
        - call: { call: http, with: { method: get, endpoint: '${ $input.url }' } }
";

#[tokio::test]
async fn a_run_is_told_from_its_start_to_its_end() {
    let api = Api::start().await;
    api.publish(&steps(2)).await;
    let run = start(&api, "steps", json!([])).await;
    let events = Events::open(events_of(&api, &run)).await;
    assert_eq!(events.status, 200);
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-cache"),
        ("x-accel-buffering", "no"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(events.headers[name], value);
    }
    let events = events.rest().await;
    assert_whole(&events);
    let expected = [
        "run.started",
        "step.started",
        "step.completed",
        "step.started",
        "step.completed",
        "run.completed",
    ];
    assert_eq!(kinds(&events), expected);
    let [started, .., completed] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(started.data["run_id"], run);
    assert_eq!(started.data["workflow_configuration_id"], "steps");
    assert_eq!(events[1].data["task"], "/do/0/step0");
    assert_eq!(events[1].data["seq"], 1);
    let mut detail = send(api.get(&format!("{BASE}/runs/{run}"))).await.json();
    let told = completed.data.as_object().unwrap();
    for (name, value) in detail.as_object_mut().unwrap() {
        assert_eq!(&told[name], value, "{name}");
    }
    assert_eq!(told["output"], json!({"number": 1}));
}

#[tokio::test]
async fn a_stream_that_is_cut_anywhere_goes_on_where_it_was_cut() {
    let api = Api::start().await;
    api.publish(&steps(24)).await;
    let run = start(&api, "steps", json!([])).await;
    let whole = followed(events_of(&api, &run)).await;
    assert_whole(&whole);
    assert_eq!(whole.len(), 50);
    for cut in 1..whole.len() {
        let mut stream = Events::open(events_of(&api, &run)).await;
        let mut events = Vec::new();
        for _ in 0..cut {
            events.push(stream.next().await.unwrap());
        }
        drop(stream);
        let last = events.last().and_then(|event| event.id).unwrap();
        events.extend(followed(events_behind(&api, &run, last)).await);
        assert_eq!(events, whole, "cut behind {cut}");
    }
    let last = whole.len() as u64 - 1;
    for seen in [last, last + 1, 1_000_000] {
        assert_eq!(send(events_behind(&api, &run, seen)).await.status, 204);
    }
    let by_query = followed(api.get(&format!("{BASE}/runs/{run}/events?last_event_id=47"))).await;
    assert_eq!(ids(&by_query), [48, 49]);
}

#[tokio::test]
async fn a_run_of_thousands_of_lines_is_told_whole_to_two_followers_however_slow() {
    let api = Api::start().await;
    let target = Target::start(|_| (200, json!({}))).await;
    api.publish(
        r"
document: { dsl: '1.0.3', namespace: test, name: loop, version: '1.0.0' }
input: { schema: { document: { type: object, properties: { url: { type: string } } } } }
do:
  - rounds:
      for: { in: '[range(99)]' }
      do:
        - says:
            for: { in: '[range(98)]' }
            do:
              - say: { call: log, with: { message: 'Round after round after round after round' } }
        - call: { call: http, with: { method: get, endpoint: '${ .url }' }, output: { as: '${ $input }' } }
",
    )
    .await;
    let run = start(&api, "loop", json!([text("url", &target.url)])).await;
    let slow = async {
        let mut stream = Events::open(events_of(&api, &run)).await;
        let mut events = Vec::new();
        while let Some(event) = stream.next().await {
            if events.len() % 1000 == 0 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            events.push(event);
        }
        events
    };
    let (slow, fast) = tokio::join!(slow, followed(events_of(&api, &run)));
    assert_whole(&fast);
    assert!(fast.len() > 9_900, "{}", fast.len());
    assert!(slow == fast);
    assert!(followed(events_behind(&api, &run, 5_000)).await == fast[5_001..]);
}

#[tokio::test]
async fn a_long_step_is_seen_before_it_ends() {
    let api = Api::start().await;
    let target = Target::start_slow(Duration::from_secs(3), |_| (200, json!({}))).await;
    api.publish(CALLS).await;
    let inputs = json!([text("url", &target.url), {"name": "items", "type": "json", "value": [1]}]);
    let run = start(&api, "calls", inputs).await;
    let mut stream = Events::open(events_of(&api, &run)).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|event: &support::Sse| {
        event.data["task"] != "/do/0/each[0]/do/0/call" || event.kind != "step.started"
    }) {
        seen.push(stream.next().await.unwrap());
    }
    let status = send(api.get(&format!("{BASE}/runs/{run}"))).await;
    assert_eq!(status.json()["status"], "running");
    seen.extend(stream.rest().await);
    assert_whole(&seen);
}

#[tokio::test]
async fn a_failed_and_a_cancelled_run_have_an_end_of_their_own() {
    let api = Api::start().await;
    api.publish(SLEEP).await;
    api.publish("document: { dsl: '1.0.3', namespace: test, name: fail, version: '1.0.0' }\ndo: [{ refuse: { raise: { error: { type: 'https://x.example/no', status: 400, title: No } } } }]").await;
    let failed = followed(events_of(&api, &start(&api, "fail", json!([])).await)).await;
    assert_whole(&failed);
    assert_eq!(kinds(&failed)[1..], ["step.started", "step.failed", "run.failed"]);
    assert_eq!(failed[2].data["error"], failed[3].data["error"]);
    assert_eq!(failed[3].data["status"], "failed");
    assert!(failed[3].data["error"].as_str().unwrap().contains("No"));

    let run = start(&api, "sleep", json!([])).await;
    let mut stream = Events::open(events_of(&api, &run)).await;
    assert_eq!(stream.next().await.unwrap().kind, "run.started");
    let status =
        async || send(api.get(&format!("{BASE}/runs/{run}"))).await.json()["status"].take();
    while status().await != "waiting" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    send(api.post(&format!("{BASE}/runs/{run}/cancel"), "")).await;
    let events = stream.rest().await;
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), &last.data["status"]), ("run.cancelled", &json!("cancelled")));
    assert_eq!(kinds(&events).iter().filter(|kind| kind.starts_with("run.")).count(), 1);
}

#[tokio::test]
async fn a_connection_that_is_open_for_long_is_followed_by_another() {
    let stream = Duration::from_millis(700);
    let options =
        Options { settings: Settings { stream, ..Settings::default() }, ..Options::default() };
    let api = Api::with(options).await;
    api.publish(
        "document: { dsl: '1.0.3', namespace: test, name: rests, version: '1.0.0' }\ndo: [{ a: { wait: PT0.8S } }, { b: { wait: PT0.8S } }, { c: { wait: PT0.8S } }]",
    )
    .await;
    let run = start(&api, "rests", json!([])).await;
    let (mut events, mut connections) = (Vec::new(), 0);
    let mut request = events_of(&api, &run);
    loop {
        let mut stream = Events::open(request).await;
        assert_eq!(stream.status, 200);
        connections += 1;
        let mut next = None;
        while let Some(event) = stream.next().await {
            if event.kind == "reconnect" {
                assert_eq!(event.id, None);
                assert!(stream.retry_ms.is_some());
                next = Some(event.data);
            } else {
                assert_eq!(next, None, "nothing follows a reconnect");
                events.push(event);
            }
        }
        let Some(next) = next else { break };
        assert_eq!(next["run_id"], run);
        let last = next["last_event_id"].as_str().unwrap();
        assert_eq!(last, events.last().unwrap().id.unwrap().to_string());
        request = api.get(next["events_url"].as_str().unwrap()).header("last-event-id", last);
    }
    assert!(connections >= 3, "{connections}");
    assert_whole(&events);
    assert_eq!(events, followed(events_of(&api, &run)).await);
}

#[tokio::test]
async fn who_may_not_see_a_run_may_not_follow_it() {
    let api = Api::start().await;
    api.publish(&steps(1)).await;
    let run = start(&api, "steps", json!([])).await;
    let path = format!("{BASE}/runs/{run}/events");
    let powerless = api.make_key(|key| key.scopes = Scopes::from_iter([])).await;
    let elsewhere = api.make_key(|key| key.triggers = Some(vec!["other".parse().unwrap()])).await;
    let ask = |key: &str| api.request(reqwest::Method::GET, &path).bearer_auth(key);
    assert_eq!(send(ask(&powerless)).await.status, 403);
    assert_eq!(send(ask(&elsewhere)).await.status, 404);
    assert_eq!(send(ask("tk_nonsense")).await.status, 401);
    let unknown = format!("{BASE}/runs/0190b1d2-a3c4-7def-8123-456789abcdef/events");
    assert_eq!(send(api.get(&unknown)).await.status, 404);
    let both = api.get(&format!("{path}?last_event_id=x")).header("last-event-id", 1);
    assert_eq!(send(both).await.status, 422);
    for last in ["x", "-1", "+1", "", "1.5", "99999999999"] {
        let answer = send(events_of(&api, &run).header("last-event-id", last)).await;
        assert_eq!(answer.status, 422, "{last}");
        assert_eq!(answer.json()["detail"][0]["loc"], json!(["header", "Last-Event-ID"]));
    }
}
