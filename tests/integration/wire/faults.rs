//! What a caller reads when tables or queues fail: whether to try again, and nothing of the inside.

use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroU32,
};

use http_body_util::BodyExt as _;
use lambda_http::{Body, Request, RequestExt as _};
use shared::{
    http::{events::whole, routes::Function},
    model::Rate,
    runs::Runs,
};
use support::{Answer, Bed, Fault, Transcript};

use super::flows::ECHO;

/// More requests than any of the functions sends.
const MOST_REQUESTS: usize = 20;

fn request(function: Function, key: &str, run: &str, accept: &'static str) -> Request {
    let method = if function == Function::Status { "GET" } else { "POST" };
    let parameters = [
        ("workspace_id", "demo"),
        ("trigger_id", "echo"),
        ("environment", "DEV"),
        ("workflow_id", run),
    ];
    let parameters: HashMap<_, _> =
        parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    http::Request::builder()
        .method(method)
        .header("authorization", format!("Bearer {key}"))
        .header("idempotency-key", uuid::Uuid::now_v7().to_string())
        .header("accept", accept)
        .body(Body::from("{}"))
        .unwrap()
        .with_path_parameters(parameters)
}

pub(super) async fn call(runs: &Runs, function: Function, request: Request) -> Answer {
    let response = match function {
        Function::SyncTrigger => sync_trigger::handle(runs, request).await,
        Function::AsyncStart => whole(async_start::handle(runs, request).await),
        Function::Status => whole(status::handle(runs, request).await),
        Function::WebhookIngest => whole(webhook_ingest::handle(runs, request).await),
        Function::Follow => follow::handle(runs, request).await,
    };
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

#[tokio::test]
async fn an_outage_at_any_request_is_a_plain_answer() {
    let bed = Bed::new().await;
    bed.publish(ECHO).await;
    outages(&bed).await;
}

#[tokio::test]
async fn an_outage_at_any_request_of_a_limited_start_is_no_other() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    let (store, workspace) = (&bed.store, support::workspace());
    let rate = Rate::new("1/s".parse().unwrap(), 1000).unwrap();
    assert!(store.set_workspace_rate(&workspace, Some(&rate)).await.unwrap());
    let most = "1000".parse().ok();
    assert!(store.set_workspace_runs_in_flight(&workspace, most).await.unwrap());
    assert!(store.set_flow_runs_in_flight(&workspace, &trigger.flow, most).await.unwrap());
    assert!(store.set_workspace_runs_a_day(&workspace, NonZeroU32::new(1000)).await.unwrap());
    outages(&bed).await;
}

async fn outages(bed: &Bed) {
    let trigger = bed.store.trigger(&"echo".parse().unwrap()).await.unwrap().unwrap();
    let key = bed.key().await;
    let run =
        bed.runs.start(bed.wish(&trigger, serde_json::json!({}))).await.unwrap().id.to_string();
    let mut cases = Vec::new();
    for function in [Function::SyncTrigger, Function::AsyncStart, Function::Status] {
        for fault in
            [Fault::Throttled, Fault::ServerError, Fault::Reset, Fault::AnswerLost, Fault::Refused]
        {
            for begin in 0..MOST_REQUESTS {
                cases.push((function, fault, begin));
            }
        }
    }
    let calls = cases.iter().map(|&(function, fault, begin)| {
        let (runs, wire) = bed.process();
        let mut count = 0;
        wire.fail(move |_| {
            count += 1;
            (count > begin).then_some(fault)
        });
        let request = request(function, &key, &run, "*/*");
        async move { call(&runs, function, request).await }
    });
    let answers = futures::future::join_all(calls).await;
    let mut refusals = BTreeSet::new();
    for ((function, fault, begin), answer) in cases.iter().zip(&answers) {
        let expected = if *fault == Fault::Refused { 500 } else { 503 };
        assert!(
            answer.status == 200 || answer.status == expected,
            "{function:?}, {fault:?} from request {begin} on: {answer}"
        );
        assert!(*begin > 0 || answer.status == expected, "{function:?}: {answer}");
        assert!(*begin < MOST_REQUESTS - 1 || answer.status == 200, "{function:?}: {answer}");
        if answer.status != 200 {
            refusals.insert(answer.to_string());
        }
    }
    // One of each, whatever failed and when.
    assert_eq!(refusals.len(), 2, "{refusals:?}");
}

#[tokio::test]
async fn a_failure_has_two_forms() {
    let bed = Bed::new().await;
    let key = bed.key().await;
    let run = "0190b1d2-a3c4-7def-8123-456789abcdef";
    let mut transcript = Transcript::default();
    for (what, fault) in [("unavailable", Fault::ServerError), ("a defect", Fault::Refused)] {
        let (runs, wire) = bed.process();
        wire.fail(move |_| Some(fault));
        for (form, accept) in [("", "*/*"), (", as a problem", "application/problem+json")] {
            let request = request(Function::Status, &key, run, accept);
            transcript
                .note(&format!("{what}{form}"), &call(&runs, Function::Status, request).await);
        }
    }
    insta::assert_snapshot!(transcript);
}
