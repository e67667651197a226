//! The answers: null, results, the wait's end; status and results; what a browser asks.

use std::time::Duration;

use local::Options;
use reqwest::Method;
use serde_json::{Value, json};
use shared::{model::Status, runs::Settings};
use support::{Answer, Api, Target, Transcript, send};

use crate::wire::flows::{APPROVAL, CALL, ECHO, FAIL, SLEEP};

/// Three steps whose outputs are a text each, and one that is passed over.
const STEPS: &str = r##"
document: { dsl: '1.0.3', namespace: test, name: steps, version: '2.1.0' }
do:
  - title: { set: '${ "# Hello, \(.name)!" }' }
  - never: { if: '${ false }', set: { x: 1 } }
  - ask:
      call: http
      with: { method: post, endpoint: { uri: '${ $workflow.input.url }' }, body: { q: '${ . }' } }
  - last: { set: '${ "The answer is \(.answer)." }' }
"##;

/// Catches a fault, then fails in the second step.
const BREAKS: &str = r"
document: { dsl: '1.0.3', namespace: test, name: breaks, version: '1.0.0' }
do:
  - careful:
      try: [{ inner: { raise: { error: { type: 'https://example.com/a', status: 400, title: A } } } }]
      catch: { do: [{ mend: { set: { mended: true } } }] }
  - careless:
      do: [{ inner: { raise: { error: { type: 'https://example.com/b', status: 400, title: B } } } }]
  - unreached: { set: { x: 1 } }
";

async fn run(api: &Api, trigger: &str, inputs: &Value) -> Answer {
    let request = api.keyed(Method::POST, &format!("/ext/triggers/{trigger}"));
    send(request.header("x-api-wait", "true").json(inputs)).await
}

async fn start(api: &Api, trigger: &str, inputs: &Value) -> Answer {
    send(api.keyed(Method::POST, &format!("/ext/triggers/{trigger}")).json(inputs)).await
}

async fn read(api: &Api, started: &Answer, what: &str) -> Answer {
    let (automation, run) = (started.header("x-pf-automation-id"), started.header("x-pf-run-id"));
    send(api.keyed(Method::GET, &format!("/ext/runs/{automation}/{run}/{what}"))).await
}

async fn until_it_is(api: &Api, started: &Answer, status: Status) {
    let id = started.header("x-pf-run-id").parse().unwrap();
    while api.stack.store().look(id).await.unwrap().unwrap().status != status {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_waiting_call_answers_with_what_each_step_put_out() {
    let api = Api::start().await;
    for flow in [STEPS, BREAKS, ECHO, FAIL] {
        api.publish(flow).await;
    }
    let target = Target::start(|_| (200, json!({"answer": 42}))).await;
    let mut transcript = Transcript::default();
    let several = run(&api, "steps", &json!({"name": "Ada", "url": target.url})).await;
    let mut shown = several.clone();
    let text = String::from_utf8_lossy(&several.body).replace(&target.url, "[url]");
    shown.body = text.into_bytes().into();
    transcript.note("several steps", &shown);
    let breaks = run(&api, "breaks", &json!({})).await;
    transcript.note("a step that fails", &breaks);
    transcript.note("json", &run(&api, "echo", &json!({"list": [1, 2.5, null]})).await);
    transcript.note("failed", &run(&api, "fail", &json!({"message": "plums"})).await);
    insta::assert_snapshot!(transcript);
    // The results route says the same of them, and nothing is sent again for it.
    for answer in [several, breaks] {
        assert_eq!(read(&api, &answer, "results").await.json(), answer.json());
    }
    assert_eq!(target.calls().len(), 1);
}

#[tokio::test]
async fn a_call_that_does_not_wait_is_answered_with_null() {
    let api = Api::with(Options { workers: false, ..Options::default() }).await;
    api.publish(ECHO).await;
    let mut transcript = Transcript::default();
    let started = start(&api, "echo", &json!({"a": 1})).await;
    assert_eq!(&started.body[..], b"null");
    transcript.note("started", &started);
    transcript.note("queued", &read(&api, &started, "status").await);
    transcript.note("no results yet", &read(&api, &started, "results").await);
    insta::assert_snapshot!(transcript);
    for value in ["false", "FALSE"] {
        let request = api.keyed(Method::GET, "/ext/triggers/echo").header("x-api-wait", value);
        assert_eq!(&send(request).await.body[..], b"null", "{value}");
    }
}

#[tokio::test]
async fn a_wait_that_is_over_names_the_run_and_the_run_goes_on() {
    let settings = Settings { wait: Duration::from_millis(100), ..Settings::default() };
    let api = Api::with(Options { settings, ..Options::default() }).await;
    api.publish(CALL).await;
    let mut count = 0;
    let target = Target::start(move |_| {
        count += 1;
        if count == 1 { (0, json!(null)) } else { (200, json!({"answer": 42})) }
    })
    .await;
    let pending = run(&api, "call", &json!({"message": "?", "url": target.url})).await;
    let mut transcript = Transcript::default();
    transcript.note("the wait is over", &pending);
    insta::assert_snapshot!(transcript);
    // The addresses that it names are the run's.
    let status = pending.json()["statusUrl"].as_str().unwrap().to_owned();
    let status = status.strip_prefix(api.stack.base_url()).unwrap().to_owned();
    while send(api.keyed(Method::GET, &status)).await.json()["status"] != "COMPLETE" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let results = read(&api, &pending, "results").await.json();
    assert_eq!(results["selectedResult"], json!({"answer": 42}));
    assert_eq!(results["results"][0]["result"]["result"], json!({"answer": 42}));
}

#[tokio::test]
async fn a_status_tells_every_step() {
    let api = Api::start().await;
    for flow in [BREAKS, STEPS, SLEEP] {
        api.publish(flow).await;
    }
    let target = Target::start(|_| (200, json!({"answer": 42}))).await;
    let mut transcript = Transcript::default();
    for (trigger, inputs) in
        [("steps", json!({"name": "Ada", "url": target.url})), ("breaks", json!({}))]
    {
        let ended = run(&api, trigger, &inputs).await;
        transcript.note(trigger, &read(&api, &ended, "status").await);
    }
    let asleep = start(&api, "sleep", &json!({})).await;
    until_it_is(&api, &asleep, Status::Waiting).await;
    transcript.note("asleep", &read(&api, &asleep, "status").await);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_step_is_told_of_however_long_the_log_is() {
    let api = Api::start().await;
    api.publish(crate::wire::flows::TALK).await;
    let ended = run(&api, "talk", &json!({"message": "m", "count": 1200})).await;
    let status = read(&api, &ended, "status").await.json();
    let complete = json!({"1": "COMPLETE", "2": "COMPLETE", "3": "COMPLETE", "4": "COMPLETE"});
    assert_eq!(status["stepStatus"], complete);
    assert_eq!(ended.json()["results"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_browser_is_told_what_it_may_ask() {
    let api = Api::start().await;
    let mut transcript = Transcript::default();
    let run = "/ext/runs/echo/0190b1d2-a3c4-7def-8123-456789abcdef";
    let preflight = send(api.request(Method::OPTIONS, "/ext/triggers/echo")).await;
    transcript.note("a preflight", &preflight);
    insta::assert_snapshot!(transcript);
    for path in [format!("{run}/status"), format!("{run}/results")] {
        let answer = send(api.request(Method::OPTIONS, &path)).await;
        assert_eq!(answer.without_date(), preflight.without_date());
    }
}

#[tokio::test]
async fn the_environment_is_the_furthest_that_serves_the_flow() {
    use shared::model::Environment::{Dev, Prod, Uat};
    let api = Api::start().await;
    let flow = |name: &str, step: &str| {
        format!(
            "document: {{dsl: '1.0.3', namespace: t, name: {name}, version: '1.0.0'}}\ndo: [{{{step}: {{set: '${{ $runtime.metadata.environment }}'}}}}]"
        )
    };
    api.publish_in(&flow("all", "a"), &[Dev, Uat, Prod]).await;
    api.publish_in(&flow("two", "a"), &[Dev, Uat]).await;
    for (id, name, environments, expected) in [
        ("all", "all", vec![Dev, Uat, Prod], "PROD"),
        ("only-dev", "all", vec![Dev], "DEV"),
        ("two", "two", vec![Dev, Uat, Prod], "UAT"),
    ] {
        api.make_trigger(name, |trigger| {
            trigger.id = id.parse().unwrap();
            trigger.environments = environments;
        })
        .await;
        assert_eq!(run(&api, id, &json!({})).await.json()["selectedResult"], expected, "{id}");
    }
    let key = api.make_key(|key| key.environments = Some(vec![Dev])).await;
    let request = api.request(Method::GET, "/ext/triggers/all").header("x-api-key", key);
    let answer = send(request.header("x-api-wait", "true")).await;
    assert_eq!(answer.json()["selectedResult"], "DEV");
}

#[tokio::test]
async fn the_status_of_a_run_that_listens_says_what_a_person_is_asked() {
    let api = Api::start().await;
    api.publish(APPROVAL).await;
    let started = start(&api, "approval", &json!({"message": "12"})).await;
    until_it_is(&api, &started, Status::Waiting).await;
    let mut asked = read(&api, &started, "status").await.json();
    assert_eq!(asked["status"], "PAUSED", "{asked}");
    let told = ["requiresInput", "question", "choices"].map(|name| asked[name].take());
    assert_eq!(told, [json!(true), json!("Refund <12>?"), json!(["approve", "reject"])]);
    let url = asked["inputUrl"].as_str().unwrap();
    let (body, form) = ("data=approve", "application/x-www-form-urlencoded");
    let path = &url[url.find("/ext/").unwrap()..];
    let answered = api.request(Method::POST, path).header("content-type", form).body(body);
    assert_eq!(send(answered).await.status, 200);
    until_it_is(&api, &started, Status::Completed).await;
    let ended = read(&api, &started, "status").await.json();
    assert_eq!((&ended["status"], ended.get("requiresInput")), (&json!("COMPLETE"), None));
}
