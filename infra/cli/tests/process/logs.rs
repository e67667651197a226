//! Log, metrics and spans: they tell how runs ended, and never what was in them.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use local::Endpoints;
use serde_json::{Map, Value, json};
use shared::{
    model::{Secret, Trigger, Verification},
    webhook::{HeaderMap, Sample},
};
use support::{Collector, Sender, Target, log, metrics::all_values, records};

use crate::{
    site::Site,
    wire::{Caller, send},
};

/// A call with every way to name oneself, `call: log`, and an end that depends on the input.
const CONFIDE: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: confide, version: '1.0.0' }
do:
  - basic:
      call: http
      with:
        method: post
        endpoint:
          uri: '${ .url + "/marker-path?q=marker-query" }'
          authentication:
            basic: { username: '${ .user }', password: '${ .password }' }
        headers: { x-own: '${ .header }' }
        body: { text: '${ .message }' }
        output: response
      output:
        as: '$input + { answer: .content }'
  - bearer:
      call: http
      with:
        method: get
        endpoint:
          uri: '${ .url + "/bearer" }'
          authentication:
            bearer: { token: '${ .token }' }
      output:
        as: '$input'
  - note:
      call: log
      with:
        message: '${ "noted marker-log " + .message }'
      output:
        as: '$input'
  - unreachable:
      try:
        - call:
            call: http
            with:
              method: get
              endpoint: { uri: 'http://127.0.0.1:1/marker-unreachable' }
      catch: {}
      output:
        as: '$input'
  - end:
      if: '${ .fail == true }'
      raise:
        error:
          type: https://example.com/errors/test
          status: 400
          title: Refused
          detail: '${ "marker-detail " + .message }'
output:
  as: '{ out: ("marker-output " + .message), answer }'
"#;

/// What must not be in a log, besides keys.
const MARKERS: [&str; 18] = [
    "marker-message",
    "marker-user",
    "marker-password",
    "marker-header",
    "marker-token",
    "marker-path",
    "marker-query",
    "marker-log",
    "marker-unreachable",
    "marker-detail",
    "marker-output",
    "marker-answer",
    "marker-idempotency",
    "marker-malformed",
    "marker-event",
    "marker-body",
    "marker-delivery",
    "marker-forged",
];

/// What signs for the webhook: behind so many letters as a key's id has, as long a secret.
const SENDER: Sender =
    Sender { provider: "github", secret: "gh-secret-0123-marker-webhook-secret" };

async fn publish(site: &Site, name: &str, text: &str) {
    let file = format!("{name}.yaml");
    site.write(&file, text);
    site.json(&["flow", "publish", &file, "--env", "all"]).await;
    site.json(&["trigger", "create", "--name", name, "--flow", name, "--id", name]).await;
}

/// A trigger with a webhook that GitHub signs for; the path of its URL and the token in it.
async fn publish_hook(site: &Site, flow: &str) -> (String, String) {
    let parts = Endpoints::of_folder(&site.data()).unwrap().unwrap().parts();
    let now = parts.clock.now();
    let (mut webhook, token) = records::webhook(Verification::Provider("github".to_owned()), now);
    let reference = records::secret(0, now);
    webhook.secrets.push(reference.clone());
    webhook.mapping = Some("{message: .data.marker_event, user_variables: {}}".to_owned());
    let id = "hook".parse().unwrap();
    let trigger = Trigger { id, webhook: Some(webhook), ..records::trigger(flow, now) };
    let secret = Secret::new(SENDER.secret.to_owned());
    parts.secrets.put(&trigger, &reference, &secret).await.unwrap();
    parts.store.put_trigger(&trigger).await.unwrap();
    let token = token.expose();
    (format!("/ext/webhook/{token}/triggers/hook"), token)
}

/// Lets the trigger's URL be called in every way, right and wrong.
async fn call_hook(base_url: &str, path: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = r#"{"marker_event": "marker-event", "secret": "marker-body"}"#;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    let sample = Sample { event: String::new(), headers, body: body.into() };
    let now = shared::clock::Clock::system().now();
    let signed = SENDER.sign(format!("{base_url}{path}"), sample, "marker-delivery", now);
    let signature = signed.headers["x-hub-signature-256"].to_str().unwrap().to_owned();
    let call = |path: &str, body: &str| {
        let request = client.post(format!("{base_url}{path}")).headers(signed.headers.clone());
        request.body(body.to_owned()).send()
    };
    let started = call(path, body).await.unwrap();
    assert_eq!(started.status(), 200);
    let run = started.headers()["x-pf-run-id"].to_str().unwrap().to_owned();
    let found = format!("{base_url}{path}/runs/by-delivery/github/marker-delivery");
    let found: Value = client.get(found).send().await.unwrap().json().await.unwrap();
    assert_eq!(found["runId"], run.as_str());
    let stranger = path.replacen("whk_", "whk_0", 1);
    let unmapped = client.get(format!("{base_url}{path}?marker-query={signature}"));
    for (answer, status) in [
        (call(path, "marker-forged").await, 401),
        (call(&stranger, body).await, 401),
        (call(&format!("{path}/marker-path"), body).await, 404),
        (unmapped.send().await, 401),
    ] {
        assert_eq!(answer.unwrap().status(), status);
    }
}

/// Lets a stack with this filter do all it does, and returns its log and the keys it was shown.
async fn log_of_everything(filter: &'static str, collector: &Collector) -> (String, Vec<String>) {
    let site = Site::observed(filter, collector.url().to_owned());
    let stack = site.start(&[]).await;
    let target = Target::start(|_| (200, json!({"text": "marker-answer"}))).await;
    publish(&site, "confide", CONFIDE).await;
    let made = site.json(&["key", "create", "--name", "other"]).await;
    let made = made["api_key"].as_str().unwrap().to_owned();
    let caller = Caller::new(&stack.demo);

    let variables = |fail: bool| {
        json!({
            "url": target.url, "user": "marker-user", "password": "marker-password",
            "header": "marker-header", "token": "marker-token", "fail": fail,
        })
    };
    let body = |fail| json!({"message": "marker-message", "user_variables": variables(fail)});
    let once =
        |request: reqwest::RequestBuilder| request.header("idempotency-key", "marker-idempotency");
    let call = || once(caller.call("confide/DEV")).json(&body(false));
    let run = send(call()).await;
    assert_eq!(run["status"], "completed", "{run}");
    assert_eq!(run["response"]["out"], "marker-output marker-message");
    assert_eq!(send(call()).await["workflow_id"], run["workflow_id"]);
    let failed = send(caller.with_key(&made).call("confide/PROD").json(&body(true))).await;
    assert_eq!(failed["status"], "failed");
    let background = send(caller.start("confide/UAT").json(&body(false))).await;
    let background = background["workflow_id"].as_str().unwrap();
    assert_eq!(caller.end(background).await["status"], "completed");

    let malformed = caller.call("hello/DEV").header("content-type", "application/json");
    for (request, status) in [
        (malformed.body(r#"{"message": "marker-malformed"#), 422),
        (once(caller.call("confide/DEV")).json(&body(true)), 422),
        (caller.call("hello/DEV").json(&json!({"message": ["marker-message"]})), 422),
        (caller.with_key("tk_marker-token").call("hello/DEV").json(&body(false)), 401),
        (caller.call("marker-path/DEV").json(&body(false)), 404),
        (caller.call("support/DEV").json(&json!({"message": "marker-message"})), 422),
    ] {
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    let (path, token) = publish_hook(&site, "hello").await;
    call_hook(&stack.demo.base_url, &path).await;
    site.run(&["run", "start", "confide", "--input", &body(true).to_string(), "--wait"]).await;
    let keys = vec![stack.demo.api_key.clone(), made, token, SENDER.secret.to_owned()];
    stack.kill().await;
    let stack = site.start(&[]).await;
    assert_eq!(
        send(caller.at(&stack.demo.base_url).call("hello/DEV").json(&body(false))).await["status"],
        "completed"
    );
    assert!(stack.stop("INT").await.success());
    (site.log(), keys)
}

/// A secret as it could be printed: as it is, in base64, as the bytes that it is.
fn forms(secret: &str) -> [String; 3] {
    let bytes = format!("{:?}", secret.as_bytes());
    [secret.to_owned(), BASE64_STANDARD.encode(secret), bytes.trim_matches(['[', ']']).to_owned()]
}

async fn keeps_secrets(filter: &'static str) {
    let collector = Collector::start().await;
    let (log, keys) = log_of_everything(filter, &collector).await;
    assert!(log.contains(r#""run.status":"completed""#), "nothing was logged: {log}");
    let metrics = log::metrics(&log::lines(&log));
    // Started by calls and the command, ended by calls and the worker.
    assert!(all_values(&metrics, "RunsCompleted", Some("confide")).len() >= 2, "{metrics:?}");
    assert!(all_values(&metrics, "RunsFailed", Some("confide")).len() >= 2, "{metrics:?}");
    assert!(!all_values(&metrics, "StepDuration", None).is_empty(), "{metrics:?}");
    let spans = collector.spans();
    for kind in [1, 2, 3, 5] {
        assert!(spans.iter().any(|span| span.kind == kind), "no span of kind {kind}: {spans:?}");
    }
    let exported: Vec<_> =
        collector.requests().iter().map(|request| request.body.to_string()).collect();
    let basic = "marker-user:marker-password";
    // A member of requests to tables: whole ones must not be there, whatever they hold.
    let request = "TableName";
    // A key's id may be told; its secret follows it.
    let secrets = keys.iter().map(|key| &key[14..]).chain(MARKERS).chain([basic, request]);
    for secret in secrets {
        for form in forms(secret) {
            let mut told = log.lines().chain(exported.iter().map(String::as_str));
            let told = told.find(|line| line.contains(&form));
            assert_eq!(told, None, "{filter}: `{secret}` is told");
        }
    }
}

#[tokio::test]
async fn at_trace_level_no_line_tells_what_is_in_a_run_or_a_key() {
    keeps_secrets("trace").await;
}

#[tokio::test]
async fn at_debug_level_no_line_tells_what_is_in_a_run_or_a_key() {
    keeps_secrets("debug,hyper=trace,aws_smithy_runtime=trace,dynoxide=trace").await;
}

#[tokio::test]
async fn every_line_is_one_json_object_and_one_tells_how_each_run_ended() {
    let site = Site::logging("trace");
    let stack = site.start(&[]).await;
    publish(&site, "confide", CONFIDE).await;
    let short = ["trigger", "create", "--name", "short", "--flow", "reminder", "--id", "short"];
    site.json(&[&short[..], &["--deadline-s", "1"]].concat()).await;
    let caller = Caller::new(&stack.demo);
    let mut ended = BTreeMap::new();
    let mut end = |run: &Value, trigger: &str, status: &str| {
        let id = run["workflow_id"].as_str().unwrap().to_owned();
        ended.insert(id, (trigger.to_owned(), status.to_owned()));
    };
    let variables = |seconds: u64| json!({"message": "", "user_variables": {"seconds": seconds}});

    end(&send(caller.call("hello/DEV").json(&json!({}))).await, "hello", "completed");
    end(
        &send(caller.call("order/DEV").json(&json!({"user_variables": {"items": []}}))).await,
        "order",
        "failed",
    );
    let timed_out = send(caller.start("short/DEV").json(&variables(60))).await;
    end(&timed_out, "short", "timed_out");
    let cancelled = send(caller.start("reminder/DEV").json(&variables(60))).await;
    let id = cancelled["workflow_id"].as_str().unwrap();
    site.json(&["run", "cancel", id]).await;
    end(&cancelled, "reminder", "cancelled");
    let killed = send(caller.start("reminder/DEV").json(&variables(3))).await;
    end(&killed, "reminder", "completed");
    for run in [&timed_out, &cancelled] {
        caller.end(run["workflow_id"].as_str().unwrap()).await;
    }
    stack.kill().await;
    let stack = site.start(&[]).await;
    caller.at(&stack.demo.base_url).end(killed["workflow_id"].as_str().unwrap()).await;
    assert!(stack.stop("TERM").await.success());

    let mut told = BTreeMap::new();
    for line in site.log().lines() {
        let fields: Map<String, Value> = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("not a JSON object ({error}): {line}"));
        assert!(fields["timestamp"].is_string() && fields["level"].is_string(), "{line}");
        let Some(status) = fields.get("run.status") else { continue };
        assert!(fields["duration_ms"].is_u64(), "{line}");
        assert_eq!(fields["level"], "INFO");
        let text = |name: &str| fields[name].as_str().unwrap().to_owned();
        let (id, end) = (text("run.id"), (text("trigger.id"), status.as_str().unwrap().to_owned()));
        assert_eq!(told.insert(id, end), None, "an end was told twice: {line}");
    }
    assert_eq!(told, ended);
}
