//! What a caller reads when tables or queues fail.

use std::collections::{BTreeSet, HashMap};

use aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
use bytes::Bytes;
use lambda_http::{Body, Request, RequestExt as _, request::RequestContext};
use shared::{model::File, runs::Runs};
use support::{Answer, Bed, Fault};

use super::{BASE, body, input};
use crate::wire::flows::ECHO;

/// More requests than any of the routes needs; a list reads 16 shards.
const MOST_REQUESTS: usize = 40;

const ROUTES: [(&str, &str); 5] = [
    ("POST", "/trigger"),
    ("POST", "/files"),
    ("GET", "/runs"),
    ("GET", "/runs/{run_id}"),
    ("POST", "/runs/{run_id}/cancel"),
];

fn request((method, path): (&str, &str), key: &str, (run, file): (&str, &str)) -> Request {
    let kind = if file.is_empty() { "text" } else { "file" };
    let mut body = body("echo", [input("a", kind, file)]);
    (body["name"], body["size_bytes"]) = ("a.txt".into(), 1.into());
    let mut context = ApiGatewayProxyRequestContext::default();
    context.resource_path = Some(format!("{BASE}{path}"));
    http::Request::builder()
        .method(method)
        .header("authorization", format!("Bearer {key}"))
        .header("idempotency-key", uuid::Uuid::now_v7().to_string())
        .body(Body::from(body.to_string()))
        .unwrap()
        .with_path_parameters(HashMap::from([("run_id".to_owned(), run.to_owned())]))
        .with_request_context(RequestContext::ApiGatewayV1(context))
}

async fn call(runs: &Runs, route: (&str, &str), request: Request) -> Answer {
    let response = match route.1 {
        "/trigger" | "/files" => async_start::handle(runs, request).await,
        _ => status::handle(runs, request).await,
    };
    let (head, body) = response.into_parts();
    let body = Bytes::copy_from_slice(body.as_ref());
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

#[tokio::test]
async fn an_outage_at_any_request_is_a_plain_answer() {
    let bed = Bed::new().await;
    let trigger = bed.publish(ECHO).await;
    let key = bed.key().await;
    let run = bed.runs.start(bed.wish(&trigger, serde_json::json!({}))).await.unwrap().id;
    let file = File::declared("a.txt", None, 7).unwrap();
    let file = bed.runs.upload(&support::workspace(), file).await.unwrap().file;
    bed.store.put_file(&file, b"content".to_vec()).await.unwrap();
    let mut refusals = BTreeSet::new();
    for route in ROUTES {
        for fault in
            [Fault::Throttled, Fault::ServerError, Fault::Reset, Fault::AnswerLost, Fault::Refused]
        {
            let calls = (0..MOST_REQUESTS).map(|begin| {
                let (runs, wire) = bed.process();
                let mut count = 0;
                wire.fail(move |_| {
                    count += 1;
                    (count > begin).then_some(fault)
                });
                // The bucket refuses to tell of what is not there, so a file would be taken for that.
                let file = if fault == Fault::Refused { "" } else { file.expose() };
                let request = request(route, &key, (&run.to_string(), file));
                async move { call(&runs, route, request).await }
            });
            let answers = futures::future::join_all(calls).await;
            let expected = if fault == Fault::Refused { 500 } else { 503 };
            for (begin, answer) in answers.iter().enumerate() {
                let what = format!("{route:?}, {fault:?} from request {begin} on: {answer}");
                assert!(answer.status < 300 || answer.status == expected, "{what}");
                assert!(begin > 0 || answer.status == expected, "{what}");
                assert!(begin < MOST_REQUESTS - 1 || answer.status < 300, "{what}");
                if answer.status >= 300 {
                    refusals.insert(answer.to_string());
                }
            }
        }
    }
    // One of each, whatever failed and when.
    assert_eq!(refusals.len(), 2, "{refusals:?}");
}
