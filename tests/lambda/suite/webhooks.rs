//! Deliveries of other services: verified with secrets that no other function may read, started once, found again.

use lambda_tests::{Function, HttpEvent, Site, USER_DATA};
use serde_json::json;
use support::Sender;

use crate::flows::{HELLO, LONG_REST};

/// What the sample is signed with.
const SENDER: Sender = Sender { provider: "github", secret: "an-example-secret-of-a-webhook" };

/// The token in the path of a trigger's URL.
fn token(path: &str) -> &str {
    path.split('/').nth(3).unwrap()
}

fn request(site: &Site, sample: &str, path: &str, trigger: &str) -> HttpEvent {
    site.request(sample).parameter("apiKey", token(path)).parameter("triggerId", trigger)
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_delivery_is_one_run_that_its_url_finds_again() {
    let site = Site::start(&[HELLO]).await;
    let path = site.api.make_signed_hook("hello", SENDER, |_, webhook| {
        webhook.mapping = Some("{message: .data.pusher.name}".to_owned());
    });
    let path = path.await;
    let mut process = site.process(Function::WebhookIngest).await;
    let event = request(&site, "webhook-ingest", &path, "hello").json();
    let first = process.invoke(&event).await.http();
    assert_eq!((first.status, &first.body[..]), (200, &b"null"[..]), "{first}");
    let run = first.header("x-pf-run-id").to_owned();
    let mut another = site.process(Function::WebhookIngest).await;
    for process in [&mut process, &mut another] {
        let again = process.invoke(&event).await.http();
        assert_eq!((again.status, again.header("x-pf-run-id")), (200, &*run), "{again}");
        assert_eq!(again.header("idempotency-replayed"), "true");
    }
    let mut worker = site.process(Function::Worker).await;
    let ended = site.work_to_the_end(&mut worker, &run).await;
    assert_eq!(ended.response(), json!({"reply": "Hello, ada"}));
    let mut reader = site.process(Function::Status).await;
    let asked = request(&site, "status-by-delivery", &path, "hello").json();
    let found = reader.invoke(&asked).await.http();
    assert_eq!((found.status, &found.json()["runId"]), (200, &json!(run)), "{found}");
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn what_is_not_as_it_was_signed_is_refused() {
    let site = Site::start(&[HELLO]).await;
    let path = site.api.make_signed_hook("hello", SENDER, |_, _| {}).await;
    let mut process = site.process(Function::WebhookIngest).await;
    let sample = request(&site, "webhook-ingest", &path, "hello");
    let stranger = site.request("webhook-ingest");
    let forged = sample.clone().body(&json!({"message": USER_DATA}));
    let unsigned = sample.clone().without_header("X-Hub-Signature-256");
    for event in [stranger, forged, unsigned] {
        let answer = process.invoke(&event.json()).await.http();
        assert_eq!(answer.status, 401, "{answer}");
    }
    assert_eq!(site.api.run_count().await, 0);
    assert_eq!(process.invoke(&sample.json()).await.http().status, 200);
    for line in site.lines() {
        assert!(!line.contains(&token(&path)[15..]), "the token is told: {line}");
        assert!(!line.contains(SENDER.secret), "the secret is told: {line}");
    }
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_caller_that_waits_gets_a_large_result_streamed() {
    let brief = LONG_REST.replace("seconds: 4", "milliseconds: 10");
    let site = Site::start(&[&brief]).await;
    let path = site.api.make_hook("long-rest", |_, _| {}).await;
    let noise = support::noise(900_000, 3);
    let request = request(&site, "webhook-ingest", &path, "long-rest");
    let request = request.header("x-api-wait", "true").header("Idempotency-Key", "large");
    let event = request.body(&json!({"message": noise})).json();
    let mut process = site.process(Function::WebhookIngest).await;
    let reply = process.invoke(&event).await.reply();
    assert!(reply.is_streamed());
    let answer = lambda_tests::Outcome::Reply(reply).http();
    assert_eq!(answer.json()["selectedResult"]["reminder"], noise.as_str());
    let again = process.invoke(&event).await.http();
    assert_eq!(again.header("x-pf-run-id"), answer.header("x-pf-run-id"));
    site.finish();
}
