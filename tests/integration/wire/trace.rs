//! The caller's trace goes on in what its run calls.

use serde_json::json;
use support::{Api, Target, send};

use super::flows::CALL;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test]
async fn a_trace_reaches_the_calls_of_a_run_on_both_routes() {
    let api = Api::start().await;
    api.publish(CALL).await;
    let target = Target::start(|_| (200, json!(null))).await;
    let body = json!({"message": "?", "user_variables": {"url": target.url}}).to_string();
    let sent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    for (number, request) in
        [api.wait_for("call", body.clone()), api.start_of("call", body.clone())]
            .into_iter()
            .enumerate()
    {
        let run = send(request.header("traceparent", &sent)).await.workflow_id();
        api.ended(&run).await;
        let call = target.calls().swap_remove(number);
        let fields: Vec<_> = call.header("traceparent").split('-').collect();
        assert_eq!((fields[0], fields[1], fields[3]), ("00", TRACE, "01"));
        assert_ne!(fields[2], "00f067aa0ba902b7", "the call is a span of its own");
    }
}

#[tokio::test]
async fn a_trace_that_is_none_is_replaced_by_a_new_one() {
    let api = Api::start().await;
    api.publish(CALL).await;
    let target = Target::start(|_| (200, json!(null))).await;
    let body = json!({"message": "?", "user_variables": {"url": target.url}}).to_string();
    let zeros = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
    for (number, bad) in [None, Some("x"), Some(""), Some(&*zeros)].into_iter().enumerate() {
        let request = api.wait_for("call", body.clone());
        let request = match bad {
            Some(text) => request.header("traceparent", text),
            None => request,
        };
        assert_eq!(send(request).await.status, 200);
        let call = target.calls().swap_remove(number);
        let form = regex_lite::Regex::new("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$").unwrap();
        let sent = call.header("traceparent");
        assert!(form.is_match(sent) && !sent.contains(&"0".repeat(32)), "{bad:?}: {sent}");
    }
}
