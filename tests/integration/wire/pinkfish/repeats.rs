//! Idempotency keys.

use reqwest::Method;
use serde_json::json;
use support::{Answer, Api, send};

use crate::wire::flows::ECHO;

async fn call(api: &Api, path: &str, wait: &str, method: Method) -> Answer {
    let request = api.keyed(method, path).header("idempotency-key", "\"k\"");
    send(request.header("x-api-wait", wait)).await
}

#[tokio::test]
async fn a_repeat_names_the_first_run_whether_it_waits_or_not() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let path = "/ext/triggers/echo?a=1&a=2&b=3";
    let first = call(&api, path, "false", Method::GET).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, ""));
    let run = first.header("x-pf-run-id");
    for (path, wait, method) in [
        (path, "false", Method::GET),
        (path, "true", Method::GET),
        ("/ext/triggers/echo?b=3&a=1&a=2", "true", Method::POST),
    ] {
        let again = call(&api, path, wait, method).await;
        assert_eq!(again.status, 200, "{again}");
        let named = (again.header("x-pf-run-id"), again.header("idempotency-replayed"));
        assert_eq!(named, (run, "true"), "{path}");
        if wait == "true" {
            let input = &again.json()["selectedResult"]["input"];
            assert_eq!(input, &json!({"a": ["1", "2"], "b": "3"}));
        }
    }
    let other = call(&api, "/ext/triggers/echo?a=2&a=1&b=3", "true", Method::GET).await;
    assert_eq!((other.status, other.header("x-pf-run-id")), (422, ""), "{other}");
    assert_eq!(other.json()["error"], "Unprocessable Entity");
}
