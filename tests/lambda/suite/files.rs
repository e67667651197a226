//! Files: kept by the function that starts the run, looked at by it again, handed out by the one that reads.

use lambda_tests::{Function, HttpEvent, Site};
use serde_json::{Value, json};
use shared::auth::FileToken;

const ECHO: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: echo, version: '1.0.0' }
do:
  - tell:
      set:
        url: ${ .document.url }
"#;

fn start(site: &Site) -> HttpEvent {
    let request = site.request("sync-trigger").without_header("Authorization");
    let request = request.header("X-API-KEY", &site.api.key).header("x-api-wait", "true");
    request.to("/ext/triggers/{triggerId}").parameter("triggerId", "echo")
}

fn url(answer: &Value) -> &str {
    answer["selectedResult"]["url"].as_str().unwrap()
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_file_is_kept_or_taken_by_its_id_and_handed_out() {
    let site = Site::start(&[ECHO]).await;
    let mut process = site.process(Function::SyncTrigger).await;
    let form = "--edge\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.csv\"\r\n\
        Content-Type: text/csv\r\n\r\nname,sum\r\n--edge--\r\n";
    let form = start(&site)
        .header("Content-Type", "multipart/form-data; boundary=edge")
        .bytes(form.as_bytes());
    let answer = process.invoke(&form.json()).await.http();
    assert_eq!(answer.status, 200, "{answer}");
    let first = answer.json();
    let id = url(&first).rsplit('/').next().unwrap();

    // What is uploaded first goes to the bucket past the functions.
    let announced = start(&site).header("Content-Type", "application/json");
    let announced = announced.to("/ext/triggers/{triggerId}/files").parameter("triggerId", "echo");
    let announced = announced.body(&json!({"name": "b.csv", "size": 9}));
    let answer = process.invoke(&announced.json()).await.http();
    assert_eq!(answer.status, 200, "{answer}");
    let uploaded = answer.json()["fileId"].as_str().unwrap().to_owned();
    let token = FileToken::parse(&uploaded).unwrap();
    site.api.stack.store().put_file(&token, b"name,sum\n".to_vec()).await.unwrap();
    let start = start(&site).header("Content-Type", "application/json");
    let start = start.without_header("Idempotency-Key").body(&json!({"document": uploaded}));
    let answer = process.invoke(&start.json()).await.http();
    assert_eq!(answer.status, 200, "{answer}");
    assert!(url(&answer.json()).ends_with(&uploaded), "{answer}");

    let mut reader = site.process(Function::Status).await;
    let request = site.request("status").without_header("Authorization");
    let request = request.to("/ext/files/{fileId}").parameter("fileId", id);
    let answer = reader.invoke(&request.json()).await.http();
    assert_eq!(answer.status, 302, "{answer}");
    // The signature is of this site's address and keys, which the bucket behind the guard does not have.
    let handed_out = reqwest::get(answer.header("location")).await.unwrap();
    assert_eq!(handed_out.status(), 403);
    site.finish();
}

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_file_is_announced_and_named_as_an_input() {
    let site = Site::start(&[ECHO]).await;
    let mut process = site.process(Function::AsyncStart).await;
    let announced = site.request("async-start-ai-planet").without_header("Idempotency-Key");
    let announced = announced.to("/api/v1/apps/workflow-execution/files");
    let announced = announced.body(&json!({"name": "b.csv", "size_bytes": 9}));
    let answer = process.invoke(&announced.json()).await.http();
    assert_eq!(answer.status, 201, "{answer}");
    let asked = answer.json();
    // Its signer has the right, though the bucket behind the guard does not have its signer's keys.
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let put = client.put(asked["upload"]["url"].as_str().unwrap()).body("name,sum\n");
    assert_eq!(put.send().await.unwrap().status(), 403);
    let id = asked["id"].as_str().unwrap();
    let token = FileToken::parse(id).unwrap();
    site.api.stack.store().put_file(&token, b"name,sum\n".to_vec()).await.unwrap();

    let input = json!({"name": "document", "type": "file", "value": id});
    let body = json!({"workflow_configuration_id": "echo", "inputs": [input]});
    let start = site.request("async-start-ai-planet").body(&body);
    for replayed in ["", "true"] {
        let started = process.invoke(&start.clone().json()).await.http();
        assert_eq!(started.status, 202, "{started}");
        assert_eq!(started.header("idempotency-replayed"), replayed);
    }
    let mut streamer = site.process(Function::SyncTrigger).await;
    let streamed = site.request("sync-trigger-stream").body(&body);
    let answer = streamer.invoke(&streamed.json()).await.http();
    assert_eq!(answer.status, 200, "{answer}");
    assert!(String::from_utf8(answer.body.to_vec()).unwrap().contains(id));
    let input = json!({"name": "document", "type": "file", "value": "https://127.0.0.1/"});
    let body = json!({"workflow_configuration_id": "echo", "inputs": [input]});
    let here = site.request("async-start-ai-planet").without_header("Idempotency-Key").body(&body);
    let refused = process.invoke(&here.json()).await.http();
    assert_eq!(refused.status, 422, "{refused}");
    site.finish();
}
