//! Files that are uploaded first, by a signed URL, and named when a run is started.

use std::time::Duration;

use reqwest::{Method, multipart::Form};
use serde_json::{Value, json};
use support::{Api, send};

use super::files::{DAY, TRIGGER, UPLOADS, ask, input, put, read, refused, start, upload};

fn start_with(api: &Api, id: &Value) -> reqwest::RequestBuilder {
    api.keyed(Method::POST, TRIGGER).header("x-api-wait", "true").json(&json!({"a": id}))
}

#[tokio::test]
async fn a_file_that_was_uploaded_stands_for_its_id() {
    let api = start().await;
    let id = upload(&api, "a.txt", b"content").await;
    let told = json!({
        "name": "a.txt", "contentType": "text/plain", "size": 7,
        "url": format!("{}/ext/files/{id}", api.stack.base_url()),
    });
    let post = || api.keyed(Method::POST, TRIGGER).header("x-api-wait", "true");
    let query = api.keyed(Method::GET, &format!("{TRIGGER}?document={id}"));
    let form = "application/x-www-form-urlencoded";
    for request in [
        post().json(&json!({"document": id})),
        post().multipart(Form::new().text("document", id.clone())),
        post().header("content-type", form).body(format!("document={id}")),
        query.header("x-api-wait", "true"),
    ] {
        assert_eq!(input(request).await, json!({"document": told}));
    }
    // At the top, or in a list there, and nowhere deeper.
    let several = json!({"list": [id, "text", 1], "deep": {"document": id}});
    let expected = json!({"list": [told, "text", 1], "deep": {"document": id}});
    assert_eq!(input(post().json(&several)).await, expected);
    assert_eq!(read(&told["url"]).await, (200, b"content".to_vec()));
}

#[tokio::test]
async fn an_upload_is_what_was_announced_and_happens_once() {
    let api = start().await;
    let announced = json!({"name": "a.txt", "contentType": "text/plain", "size": 7});
    let asked = ask(&api, &announced).await;
    assert_eq!(asked.header("cache-control"), "no-store");
    let asked = asked.json();
    assert_eq!((&asked["method"], &asked["expiresInSeconds"]), (&json!("PUT"), &json!(900)));
    refused(&send(start_with(&api, &asked["fileId"])).await, 400, "File 1 was not uploaded");
    assert_eq!(put(&asked, b"contents").await, 403, "it is longer than announced");
    assert_eq!(put(&asked, b"content").await, 200);
    assert_eq!(put(&asked, b"another").await, 412, "it is there already");
    let mut unsigned = asked.clone();
    unsigned["uploadUrl"] = asked["uploadUrl"].as_str().unwrap().split('?').next().into();
    assert_eq!(put(&unsigned, b"content").await, 403);
}

#[tokio::test]
async fn an_upload_begins_within_minutes_and_its_run_within_a_day() {
    let api = start().await;
    let announced = json!({"name": "a.txt", "contentType": "text/plain", "size": 7});
    let (asked, late) = (ask(&api, &announced).await.json(), ask(&api, &announced).await.json());
    assert_eq!(put(&asked, b"content").await, 200);
    api.clock.advance(Duration::from_mins(16));
    assert_eq!(put(&late, b"content").await, 403);
    api.clock.advance(DAY - Duration::from_mins(16));
    let told = input(start_with(&api, &asked["fileId"])).await;
    api.clock.advance(DAY);
    assert_eq!(read(&told["a"]["url"]).await, (200, b"content".to_vec()), "a day from the start");
    refused(&send(start_with(&api, &asked["fileId"])).await, 400, "more than 24 hours ago");
    api.clock.advance(Duration::from_millis(1));
    assert_eq!(read(&told["a"]["url"]).await.0, 404);
}

#[tokio::test]
async fn an_announcement_that_is_none_is_refused_and_so_is_who_may_not_start() {
    let api = start().await;
    for body in [
        json!({}),
        json!([]),
        json!({"name": "", "size": 1}),
        json!({"name": "a", "size": 0}),
        json!({"name": "a", "size": -1}),
        json!({"name": "a", "size": "1"}),
        json!({"name": 1, "size": 1}),
        json!({"name": "a", "size": 1, "contentType": 1}),
        json!({"name": "a", "size": 1, "contentType": "none"}),
        json!({"name": "a", "size": 1, "contentType": "text/plain\r\nX: y"}),
        json!({"name": "a\n", "size": 1}),
        json!({"name": "a".repeat(256), "size": 1}),
    ] {
        assert_eq!(ask(&api, &body).await.status, 400, "{body}");
    }
    let good = json!({"name": "a", "size": 1});
    assert_eq!(send(api.request(Method::POST, UPLOADS).json(&good)).await.status, 401);
    let absent = api.keyed(Method::POST, "/ext/triggers/absent/files").json(&good);
    assert_eq!(send(absent).await.status, 404);
    assert_eq!(send(api.keyed(Method::GET, UPLOADS)).await.header("allow"), "POST, OPTIONS");
    assert_eq!(send(api.request(Method::OPTIONS, UPLOADS)).await.status, 204);
}
