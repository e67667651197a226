//! Inputs as they may come: JSON, a form, a query.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use support::{Api, send};

use crate::wire::flows::ECHO;

/// Says what its inputs are.
const TYPED: &str = r"
document: { dsl: '1.0.3', namespace: test, name: typed, version: '1.0.0' }
input:
  schema:
    document:
      type: object
      required: [count]
      properties:
        count: { type: integer }
        ratio: { type: number }
        urgent: { type: boolean }
        tags: { type: array, items: { type: string } }
        sizes: { type: array, items: { type: integer } }
        note: { type: string }
do:
  - echo: { set: { input: '${ . }' } }
";

const FORM: &str = "application/x-www-form-urlencoded";

async fn input(request: RequestBuilder) -> Value {
    let answer = send(request.header("x-api-wait", "true")).await;
    assert_eq!(answer.status, 200, "{answer}");
    answer.json()["selectedResult"]["input"].take()
}

fn form(api: &Api, trigger: &str, body: &str) -> RequestBuilder {
    let request = api.keyed(Method::POST, &format!("/ext/triggers/{trigger}"));
    request.header("content-type", FORM).body(body.to_owned())
}

#[tokio::test]
async fn a_form_and_a_query_are_read_alike() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    for (text, expected) in [
        ("Hello=World", json!({"Hello": "World"})),
        ("a=1&b=true", json!({"a": "1", "b": "true"})),
        ("a=1&b=x&a=2&a=", json!({"a": ["1", "2", ""], "b": "x"})),
        ("a=", json!({"a": ""})),
        ("a", json!({"a": ""})),
        ("a+b=c%20d%2B%26%3D", json!({"a b": "c d+&="})),
        ("%C3%BC=%F0%9F%8D%92", json!({"ü": "🍒"})),
        ("list[]=1&deep.name=2", json!({"list[]": "1", "deep.name": "2"})),
        ("url=https://example.com/?q=1", json!({"url": "https://example.com/?q=1"})),
        ("__proto__=1&constructor=2", json!({"__proto__": "1", "constructor": "2"})),
        ("a=%00", json!({"a": "\0"})),
    ] {
        assert_eq!(input(form(&api, "echo", text)).await, expected, "{text}");
        let query = api.keyed(Method::GET, &format!("/ext/triggers/echo?{text}"));
        assert_eq!(input(query).await, expected, "?{text}");
        let query = api.keyed(Method::POST, &format!("/ext/triggers/echo?{text}"));
        assert_eq!(input(query).await, expected, "POST ?{text}");
    }
}

#[tokio::test]
async fn texts_become_what_the_flow_declares() {
    let api = Api::start().await;
    api.publish(TYPED).await;
    let text = "count=7&ratio=0.5&urgent=true&tags=a&sizes=1&sizes=2&note=12&other=3";
    let expected = json!({
        "count": 7, "ratio": 0.5, "urgent": true, "tags": ["a"], "sizes": [1, 2],
        "note": "12", "other": "3",
    });
    assert_eq!(input(form(&api, "typed", text)).await, expected);
    let query = api.keyed(Method::GET, &format!("/ext/triggers/typed?{text}"));
    assert_eq!(input(query).await, expected);
    // What is left blank is absent where no text is allowed.
    let blank = form(&api, "typed", "count=1&ratio=&urgent=&note=");
    assert_eq!(input(blank).await, json!({"count": 1, "note": ""}));
    for (text, word) in [
        ("", "required"),
        ("count=", "required"),
        ("count=seven", "/count"),
        ("count=1.5", "/count"),
        ("count=99999999999999999999", "/count"),
        ("count=1&count=2", "/count"),
        ("count=1&urgent=yes", "/urgent"),
        ("count=1&sizes=1&sizes=x", "/sizes/1"),
    ] {
        let answer = send(form(&api, "typed", text)).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (400, &json!("Bad Request")),
            "{text}"
        );
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(word), "{text}: {message}");
    }
}

#[tokio::test]
async fn json_is_taken_as_it_is_and_a_body_hides_the_query() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let post = |path: &str| api.keyed(Method::POST, path);
    let object = json!({"a": "1", "n": 1, "deep": {"list": [null, true]}});
    assert_eq!(input(post("/ext/triggers/echo").json(&object)).await, object);
    let both = post("/ext/triggers/echo?a=query&b=query").json(&json!({"a": 1}));
    assert_eq!(input(both).await, json!({"a": 1, "b": "query"}));
    let both = post("/ext/triggers/echo?a=query&b=query").header("content-type", FORM);
    assert_eq!(input(both.body("a=form")).await, json!({"a": "form", "b": "query"}));
    // No body is no inputs, whatever its type, and a GET's body means nothing.
    assert_eq!(input(post("/ext/triggers/echo")).await, json!({}));
    assert_eq!(input(post("/ext/triggers/echo").header("content-type", FORM)).await, json!({}));
    let get = api.keyed(Method::GET, "/ext/triggers/echo?a=1").body("{not JSON");
    assert_eq!(input(get).await, json!({"a": "1"}));
    let untyped = post("/ext/triggers/echo").body(r#"{"a": 1}"#);
    assert_eq!(input(untyped).await, json!({"a": 1}));
}

#[tokio::test]
async fn a_charset_other_than_utf_8_is_refused() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    for (charset, status) in [
        ("utf-8", 200),
        ("UTF-8", 200),
        ("\"utf-8\"", 200),
        ("us-ascii", 200),
        ("iso-8859-1", 415),
        ("utf-16", 415),
        ("", 415),
    ] {
        let request = api.keyed(Method::POST, "/ext/triggers/echo").body("a=1");
        let request = request.header("content-type", format!("{FORM}; charset={charset}"));
        assert_eq!(send(request).await.status, status, "{charset}");
    }
}
