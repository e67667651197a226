//! Files and images that are uploaded first, and named as inputs.

use std::time::Duration;

use local::Options;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{
    auth::{FileToken, Scope, Scopes},
    clock::Clock,
    model::{File, Timestamp, WorkspaceId},
};
use support::{Answer, Api, Transcript, send};

use super::{BASE, ENDS, TRIGGER, body, input, once, run_id, trigger};
use crate::wire::flows::ECHO;

const DAY: Duration = Duration::from_hours(24);
pub(super) const START: Timestamp = Timestamp::from_millis(1_770_679_479_000);
const FILES: &str = "/api/v1/apps/workflow-execution/files";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// Declares a file and an image as a flow may, and answers with all of its input.
pub(super) const FILED: &str = r"
document: { dsl: '1.0.3', namespace: test, name: filed, version: '1.0.0' }
input:
  schema:
    document:
      type: object
      additionalProperties: false
      properties:
        object: { type: object, format: file, required: [ name, media_type, size_bytes, url ] }
        either: { format: file }
        address: { type: string, format: file }
        picture: { type: [ object, 'null' ], format: image }
        small: { type: object, format: file, properties: { size_bytes: { maximum: 7 } } }
do:
  - echo: { set: { input: '${ . }' } }
";

pub(super) async fn start() -> Api {
    let api = Api::with(Options { clock: Clock::manual(START), ..Options::default() }).await;
    api.publish(FILED).await;
    api.publish(ECHO).await;
    api
}

fn ask(api: &Api, body: &Value) -> RequestBuilder {
    api.post(FILES, body.to_string())
}

async fn put(asked: &Value, content: &'static [u8]) -> u16 {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let upload = &asked["upload"];
    let mut request = client.put(upload["url"].as_str().unwrap()).body(content);
    let headers = upload["headers"].as_object().unwrap();
    // The client says itself how long its body is.
    for (name, value) in headers.iter().filter(|(name, _)| *name != "content-length") {
        request = request.header(name, value.as_str().unwrap());
    }
    request.send().await.unwrap().status().as_u16()
}

/// Uploads a file as its caller is told to; its id.
pub(super) async fn upload(api: &Api, name: &str, content: &'static [u8]) -> String {
    let announced = json!({"name": name, "media_type": "text/plain", "size_bytes": content.len()});
    let asked = send(ask(api, &announced)).await;
    assert_eq!(asked.status, 201, "{asked}");
    assert_eq!(put(&asked.json(), content).await, 200);
    asked.json()["id"].as_str().unwrap().to_owned()
}

/// As large a file as may be, past its signature; its id.
pub(super) async fn put_large(api: &Api) -> String {
    let file = File::declared("large.bin.txt", None, 25_000_000).unwrap();
    let token = api.stack.runs().upload(&support::workspace(), file).await.unwrap().file;
    api.stack.store().put_file(&token, vec![0; 25_000_000]).await.unwrap();
    token.expose().to_owned()
}

/// What a flow got that ran to its end.
pub(super) async fn told(api: &Api, started: &Answer) -> Value {
    let ended = once(api, &run_id(started), &ENDS).await;
    assert_eq!(ended.json()["status"], "completed", "{ended}");
    ended.json()["output"]["input"].take()
}

/// Starts a run with one input; what the flow got.
async fn echoed(api: &Api, configuration: &str, input: Value) -> Value {
    told(api, &send(trigger(api, &body(configuration, [input]))).await).await
}

/// Reads a URL as any client would, wherever it leads.
pub(super) async fn read(url: &Value) -> (u16, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url.as_str().unwrap()).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

/// That a start is refused for its first input's value.
#[track_caller]
pub(super) fn refused(answer: &Answer, word: &str) {
    assert_eq!(answer.status, 422, "{answer}");
    let fault = &answer.json()["detail"][0];
    assert_eq!(fault["loc"], json!(["body", "inputs", 0, "value"]), "{answer}");
    assert!(fault["msg"].as_str().unwrap().contains(word), "{answer}");
}

#[tokio::test]
async fn a_file_is_announced_uploaded_and_handed_to_the_flow() {
    let api = start().await;
    let announced = json!({"name": "a.txt", "media_type": "text/plain", "size_bytes": 7});
    let asked = send(ask(&api, &announced)).await;
    assert_eq!(asked.header("cache-control"), "no-store");
    let mut transcript = Transcript::default();
    transcript.note("asked", &asked);
    let asked = asked.json();
    assert_eq!(put(&asked, b"contents").await, 403, "it is longer than announced");
    assert_eq!(put(&asked, b"content").await, 200);
    assert_eq!(put(&asked, b"another").await, 412, "it is there already");
    let sent = body("filed", [input("object", "file", asked["id"].clone())]);
    let started = send(trigger(&api, &sent)).await;
    transcript.note("started", &started);
    let ended = once(&api, &run_id(&started), &ENDS).await;
    transcript.note("ended", &ended);
    insta::assert_snapshot!(transcript);
    let file = &ended.json()["output"]["input"]["object"];
    let id = asked["id"].as_str().unwrap();
    assert_eq!(file["url"], format!("{}/ext/files/{id}", api.stack.base_url()));
    assert_eq!(read(&file["url"]).await, (200, b"content".to_vec()));
}

#[tokio::test]
async fn a_flow_gets_an_object_or_the_url_alone_as_it_declares() {
    let api = start().await;
    let id = upload(&api, "a.txt", b"content").await;
    let url = format!("{}/ext/files/{id}", api.stack.base_url());
    let object = json!({"name": "a.txt", "media_type": "text/plain", "size_bytes": 7, "url": url});
    for (name, expected) in [("object", &object), ("either", &object), ("address", &json!(url))] {
        let got = echoed(&api, "filed", input(name, "file", id.clone())).await;
        assert_eq!(&got[name], expected);
    }
    let undeclared = echoed(&api, "echo", input("a", "file", id.clone())).await;
    assert_eq!(undeclared, json!({"a": object}));
    // A text is a text, whatever it says.
    let text = echoed(&api, "echo", input("a", "text", id.clone())).await;
    assert_eq!(text, json!({"a": id}));
    let null = echoed(&api, "filed", input("picture", "image", Value::Null)).await;
    assert_eq!(null, json!({"picture": null}));
    for (name, kind) in [("object", "json"), ("object", "image"), ("picture", "file")] {
        let answer = send(trigger(&api, &body("filed", [input(name, kind, id.clone())]))).await;
        assert_eq!(answer.json()["detail"][0]["type"], "enum", "{answer}");
    }
}

#[tokio::test]
async fn an_image_is_one_by_its_bytes_and_told_as_what_it_is() {
    let api = start().await;
    let id = upload(&api, "a.jpg", PNG).await;
    let got = echoed(&api, "filed", input("picture", "image", id.clone())).await;
    assert_eq!(got["picture"]["media_type"], "image/png");
    // As a file it is what its sender says.
    let got = echoed(&api, "filed", input("object", "file", id)).await;
    assert_eq!(got["object"]["media_type"], "text/plain");
    let id = upload(&api, "a.png", b"<svg/>").await;
    let sent = body("filed", [input("picture", "image", id)]);
    refused(&send(trigger(&api, &sent)).await, "PNG, JPEG, GIF or WebP");
}

#[tokio::test]
async fn an_announcement_that_is_none_is_refused_where_it_is_not() {
    let api = start().await;
    for (body, expected) in [
        (json!({}), r#"missing ["body","name"], missing ["body","size_bytes"]"#),
        (json!({"name": "", "size_bytes": 1}), r#"string_too_short ["body","name"]"#),
        (
            json!({"name": 1, "size_bytes": "1", "media_type": 1}),
            r#"string_type ["body","name"], string_type ["body","media_type"], int_type ["body","size_bytes"]"#,
        ),
        (json!({"name": "a", "size_bytes": 0}), r#"int_type ["body","size_bytes"]"#),
        (json!({"name": "a", "size_bytes": -1}), r#"int_type ["body","size_bytes"]"#),
        (json!({"name": "a", "size_bytes": 1.5}), r#"int_type ["body","size_bytes"]"#),
        (json!({"name": "a", "size_bytes": 25_000_001}), r#"value_error ["body","size_bytes"]"#),
        (json!({"name": "a\n", "size_bytes": 1}), r#"value_error ["body","name"]"#),
        (json!({"name": "a".repeat(256), "size_bytes": 1}), r#"value_error ["body","name"]"#),
        (json!({"name": "a.exe", "size_bytes": 1}), r#"value_error ["body","name"]"#),
        (
            json!({"name": "a", "size_bytes": 1, "media_type": "text/plain\r\nX: y"}),
            r#"value_error ["body","media_type"]"#,
        ),
        (json!([]), r#"model_attributes_type ["body"]"#),
    ] {
        let answer = send(ask(&api, &body)).await;
        assert_eq!(answer.status, 422, "{body}: {answer}");
        let faults = answer.json()["detail"].take();
        let faults = faults.as_array().unwrap().iter();
        let faults: Vec<_> =
            faults.map(|it| format!("{} {}", it["type"].as_str().unwrap(), it["loc"])).collect();
        assert_eq!(faults.join(", "), expected, "{body}");
    }
    for size in [json!(1), json!(1.0), json!(25_000_000)] {
        let answer = send(ask(&api, &json!({"name": "a", "size_bytes": size}))).await;
        assert_eq!(answer.status, 201, "{answer}");
    }
    assert_eq!(send(api.get(FILES)).await.header("allow"), "POST, OPTIONS");
    assert_eq!(send(api.request(Method::OPTIONS, FILES)).await.status, 204);
}

#[tokio::test]
async fn who_may_start_nothing_uploads_nothing() {
    let api = start().await;
    let good = json!({"name": "a", "size_bytes": 1}).to_string();
    let stranger = api.request(Method::POST, FILES).body("no JSON");
    assert_eq!(send(stranger).await.status, 401);
    let reader = api.make_key(|key| key.scopes = Scopes::from_iter([Scope::ReadResults])).await;
    let request = api.request(Method::POST, FILES).bearer_auth(reader).body(good);
    assert_eq!(send(request).await.status, 403);
}

#[tokio::test]
async fn no_run_is_started_with_a_file_that_is_not_as_it_should_be() {
    let api = start().await;
    let start = |id: &Value| trigger(&api, &body("filed", [input("object", "file", id.clone())]));
    let announced = json!({"name": "a.txt", "media_type": "text/plain", "size_bytes": 7});
    let absent = send(ask(&api, &announced)).await.json()["id"].take();
    refused(&send(start(&absent)).await, "was not uploaded");
    let changed = format!("{}A", absent.as_str().unwrap());
    refused(&send(start(&json!(changed))).await, "valid URL");
    let script = upload(&api, "a.txt", b"#!/bin/sh").await;
    refused(&send(start(&json!(script))).await, "executable or a script");
    // Of another length than announced, past the signature.
    let token = FileToken::parse(absent.as_str().unwrap()).unwrap();
    api.stack.store().put_file(&token, b"longer than 7".to_vec()).await.unwrap();
    refused(&send(start(&absent)).await, "was not uploaded");
    let others: WorkspaceId = "acme".parse().unwrap();
    let file = File::declared("a.txt", None, 7).unwrap();
    let of_others = api.stack.runs().upload(&others, file).await.unwrap().file;
    api.stack.store().put_file(&of_others, b"content".to_vec()).await.unwrap();
    refused(&send(start(&json!(of_others.expose()))).await, "was not uploaded");
    // Twenty of them, and not more than 100 MB.
    let inputs = |count: usize, id: &Value| -> Vec<_> {
        (0..count).map(|number| input(&number.to_string(), "file", id.clone())).collect()
    };
    let id = json!(upload(&api, "a.txt", b"content").await);
    let large = json!({"name": "a", "size_bytes": 25_000_000});
    let large = send(ask(&api, &large)).await.json()["id"].take();
    for (inputs, word) in [(inputs(21, &id), "20 files"), (inputs(5, &large), "100,000,000")] {
        let answer = send(trigger(&api, &body("echo", inputs))).await;
        assert_eq!(answer.status, 422, "{answer}");
        let fault = answer.json()["detail"][0].take();
        assert_eq!(fault["loc"], json!(["body", "inputs"]));
        assert!(fault["msg"].as_str().unwrap().contains(word), "{fault}");
    }
    // Every file that is not sound is told.
    let answer = send(trigger(&api, &body("echo", inputs(4, &large)))).await;
    assert_eq!(answer.json()["detail"].as_array().unwrap().len(), 4, "{answer}");
    assert_eq!(api.run_count().await, 0);
    assert_eq!(send(trigger(&api, &body("echo", inputs(20, &id)))).await.status, 202);
}

#[tokio::test]
async fn what_the_schema_refuses_of_a_file_is_told_where_the_file_is() {
    let api = start().await;
    let id = upload(&api, "a.txt", b"contents").await;
    let answer = send(trigger(&api, &body("filed", [input("small", "file", id)]))).await;
    let place = json!(["body", "inputs", 0, "value", "size_bytes"]);
    assert_eq!(answer.json()["detail"][0]["loc"], place, "{answer}");
}

#[tokio::test]
async fn an_upload_begins_within_minutes_and_its_run_within_a_day() {
    let api = start().await;
    let announced = json!({"name": "a.txt", "media_type": "text/plain", "size_bytes": 7});
    let asked = send(ask(&api, &announced)).await.json();
    let late = send(ask(&api, &announced)).await.json();
    assert_eq!(asked["upload"]["expires_at"], START.after(Duration::from_mins(15)).to_string());
    assert_eq!(asked["expires_at"], START.after(DAY).to_string());
    assert_eq!(put(&asked, b"content").await, 200);
    api.clock.advance(Duration::from_mins(16));
    assert_eq!(put(&late, b"content").await, 403);
    let start = || trigger(&api, &body("filed", [input("object", "file", asked["id"].clone())]));
    api.clock.advance(DAY - Duration::from_mins(16));
    let file = told(&api, &send(start()).await).await["object"].take();
    api.clock.advance(DAY);
    assert_eq!(read(&file["url"]).await, (200, b"content".to_vec()), "a day from the start");
    refused(&send(start()).await, "more than 24 hours ago");
    api.clock.advance(Duration::from_millis(1));
    assert_eq!(read(&file["url"]).await.0, 404);
}

#[tokio::test]
async fn a_run_that_begins_later_begins_while_its_files_last_for_a_day() {
    let api = start().await;
    let id = upload(&api, "a.txt", b"content").await;
    let start = |begins_in: Duration| {
        let mut sent = body("filed", [input("object", "file", id.clone())]);
        sent["run_at"] = json!(START.after(begins_in).to_string());
        trigger(&api, &sent)
    };
    assert_eq!(send(start(DAY)).await.status, 202);
    let millisecond = Duration::from_millis(1);
    refused(&send(start(DAY + millisecond)).await, "within 24 hours of the upload");
    api.clock.advance(DAY);
    assert_eq!(send(start(Duration::ZERO)).await.status, 202, "the past is now");
}

#[tokio::test]
async fn a_repeat_has_the_files_of_the_first_call_whatever_became_of_them() {
    let api = start().await;
    let id = upload(&api, "a.txt", b"content").await;
    let keyed = |sent: &Value| trigger(&api, sent).header("idempotency-key", "k");
    let sent = body("echo", [input("a", "file", id.clone())]);
    api.clock.advance(DAY);
    let first = send(keyed(&sent)).await;
    let stored = told(&api, &first).await;
    api.clock.advance(Duration::from_hours(1));
    refused(&send(trigger(&api, &sent)).await, "more than 24 hours ago");
    let again = send(keyed(&sent)).await;
    assert_eq!(again.header("idempotency-replayed"), "true", "{again}");
    assert_eq!(run_id(&again), run_id(&first));
    // The same text is another input.
    for other in [input("a", "text", id.clone()), input("a", "file", format!("{id}B"))] {
        let answer = send(keyed(&body("echo", [other]))).await;
        assert_eq!(answer.status, 422, "{answer}");
    }
    let ended = run_id(&first);
    let retried = send(api.post(&format!("{BASE}/runs/{ended}/retry"), "")).await;
    assert_eq!(told(&api, &retried).await, stored, "what it was started with, URL and all");
}

#[tokio::test]
async fn batches_streams_and_replays_take_files_too() {
    let api = start().await;
    let id = upload(&api, "a.txt", b"content").await;
    let good = body("filed", [input("object", "file", id.clone())]);
    let absent = json!({"name": "a.txt", "size_bytes": 7});
    let absent = send(ask(&api, &absent)).await.json()["id"].take();
    let bad = body("filed", [input("object", "file", absent)]);
    let sent = json!({"items": [good, bad, good]}).to_string();
    let items = send(api.post(&format!("{BASE}/batch"), sent)).await.json()["items"].take();
    let statuses: Vec<_> = items.as_array().unwrap().iter().map(|it| &it["status"]).collect();
    assert_eq!(statuses, [202, 422, 202]);
    let fault = &items[1]["error"]["detail"][0];
    assert_eq!(fault["loc"], json!(["body", "inputs", 0, "value"]), "{fault}");
    let streamed = send(api.post(&format!("{TRIGGER}/stream"), good.to_string())).await;
    let events = String::from_utf8(streamed.body.to_vec()).unwrap();
    assert!(events.contains("event: run.completed") && events.contains(&id), "{events}");
    let refused_stream = send(api.post(&format!("{TRIGGER}/stream"), bad.to_string())).await;
    refused(&refused_stream, "was not uploaded");
    let run = items[0]["run"]["run_id"].as_str().unwrap();
    once(&api, run, &ENDS).await;
    let replay = |inputs: Value| {
        api.post(&format!("{BASE}/runs/{run}/replay"), json!({"inputs": inputs}).to_string())
    };
    let replayed = send(replay(good["inputs"].clone())).await;
    assert_eq!(told(&api, &replayed).await["object"]["size_bytes"], 7);
    refused(&send(replay(bad["inputs"].clone())).await, "was not uploaded");
}
