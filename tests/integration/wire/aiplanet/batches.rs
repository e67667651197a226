//! Many starts in one request.

use std::collections::BTreeSet;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use support::{Api, Transcript, send};

use super::{BASE, TYPED, body, input, once, run_id, trigger};
use crate::wire::flows::ECHO;

fn batch(api: &Api, items: impl Into<Value>) -> RequestBuilder {
    let body = json!({"items": items.into()}).to_string();
    api.post(&format!("{BASE}/batch"), body)
}

fn with(mut item: Value, name: &str, value: impl Into<Value>) -> Value {
    item[name] = value.into();
    item
}

/// The ids of an answer's runs, in order; nothing where there is none.
fn ids(answer: &Value) -> Vec<Option<String>> {
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| item["run"]["run_id"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn each_item_fares_as_a_start_of_its_own() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    api.publish(TYPED).await;
    let items = json!([
        body("echo", [input("a", "number", 1)]),
        body("nothing", []),
        with(body("echo", [input("a", "number", 2)]), "thread_id", "of-two"),
        body("typed", [input("question", "number", 1)]),
        "no item",
        {"inputs": []},
        body("typed", [input("question", "text", "?"), input("count", "number", 1)]),
        with(body("echo", []), "run_at", "9999-01-01T00:00:00Z"),
        with(body("echo", []), "idempotency_key", ""),
        with(body("echo", []), "idempotency_key", 1),
        with(body("echo", []), "idempotency_key", null()),
    ]);
    let answer = send(batch(&api, items.clone())).await;
    let mut transcript = Transcript::default();
    transcript.note("the answer", &answer);
    insta::assert_snapshot!(transcript);
    let answer = answer.json();
    let mut started = 0;
    for ((item, ended), id) in
        items.as_array().unwrap().iter().zip(answer["items"].as_array().unwrap()).zip(ids(&answer))
    {
        if let Some(id) = id {
            let run = once(&api, &id, &["completed"]).await.json();
            let value = item["inputs"].get(0).map_or(Value::Null, |input| input["value"].clone());
            assert_eq!(run["output"]["input"].get("a").cloned().unwrap_or_default(), value);
            started += 1;
        } else if ended["error"]["detail"][0]["loc"] != json!(["body", "idempotency_key"]) {
            let alone = send(trigger(&api, item)).await;
            assert_eq!(
                (json!(alone.status), alone.json()),
                (ended["status"].clone(), ended["error"].clone())
            );
        }
    }
    assert_eq!((started, api.run_count().await), (3, 3));
}

fn null() -> Value {
    Value::Null
}

#[tokio::test]
async fn a_hundred_are_started_in_order_and_no_more() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let items = |count| -> Vec<_> {
        (0..count).map(|number| body("echo", [input("number", "number", number)])).collect()
    };
    let answer = send(batch(&api, items(100))).await;
    assert_eq!(answer.status, 200, "{answer}");
    for (number, id) in ids(&answer.json()).into_iter().enumerate() {
        let run = once(&api, &id.unwrap(), &["completed"]).await;
        assert_eq!(run.json()["output"]["input"]["number"], number);
    }
    assert_eq!(api.run_count().await, 100);
    for (request, kind) in [
        (batch(&api, items(101)), "too_long"),
        (batch(&api, items(0)), "too_short"),
        (batch(&api, "x"), "list_type"),
        (api.post(&format!("{BASE}/batch"), "{}"), "missing"),
    ] {
        let answer = send(request).await;
        let fault = &answer.json()["detail"][0];
        assert_eq!((answer.status, &fault["type"]), (422, &json!(kind)), "{answer}");
        assert_eq!(fault["loc"], json!(["body", "items"]));
    }
}

#[tokio::test]
async fn keys_of_the_request_and_of_items_make_repeats_safe() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let items = |last: i32| {
        json!([
            body("echo", []),
            body("echo", []),
            with(body("echo", []), "idempotency_key", "own"),
            body("echo", [input("a", "number", last)]),
        ])
    };
    let call = |items: Value, key: &'static str| {
        let request = batch(&api, items).header("idempotency-key", key);
        async move { send(request).await.json() }
    };
    let first = call(items(1), "a").await;
    assert_eq!(ids(&first).into_iter().flatten().collect::<BTreeSet<_>>().len(), 4);
    let again = call(items(1), "a").await;
    assert_eq!(ids(&again), ids(&first));
    assert!(again["items"].as_array().unwrap().iter().all(|item| item["replayed"] == true));
    // Of one item that changed, that item alone is refused.
    let changed = call(items(2), "a").await;
    assert_eq!(ids(&changed)[..3], ids(&first)[..3]);
    let refused = &changed["items"][3];
    assert_eq!(refused["error"]["detail"][0]["loc"], json!(["header", "Idempotency-Key"]));
    let other = call(items(1), "b").await;
    let same: Vec<_> =
        ids(&other).into_iter().zip(ids(&first)).map(|(other, first)| other == first).collect();
    assert_eq!(same, [false, false, true, false]);
    // An item's own key is that of a start of its own.
    let alone = trigger(&api, &body("echo", [])).header("idempotency-key", "own");
    assert_eq!(Some(run_id(&send(alone).await)), ids(&first)[2]);
    let conflict = with(body("echo", [input("a", "number", 1)]), "idempotency_key", "own");
    let conflict = send(batch(&api, [conflict].to_vec())).await.json();
    assert_eq!(
        conflict["items"][0]["error"]["detail"][0]["loc"],
        json!(["body", "idempotency_key"])
    );
    assert_eq!(api.run_count().await, 7);
}
