//! Timeouts of tasks, of the flow and of tries.

use std::time::Duration;

use serde_json::json;

use super::host::{Reply, START, TestHost, end, short};

const CALL: &str = "call: http, with: {method: get, endpoint: 'https://a.example'}";

/// Calls take ten seconds here.
fn slow() -> TestHost {
    TestHost::new(|_, _| Reply::json(200, &json!("answer")).after(Duration::from_secs(10)))
}

fn timeout(instance: &str) -> (String, u16, String) {
    ("timeout".to_owned(), 408, instance.to_owned())
}

#[tokio::test]
async fn whoever_declared_the_nearest_deadline_times_out() {
    let after = |seconds: u32| format!("timeout: {{after: {{seconds: {seconds}}}}}");
    let (five, twenty) = (after(5), after(20));
    let cases = [
        (format!("do: [{{a: {{{CALL}, {five}}}}}]"), "/do/0/a"),
        (format!("do: [{{a: {{wait: PT10S, {five}}}}}]"), "/do/0/a"),
        (format!("do: [{{a: {{do: [{{b: {{{CALL}}}}}], {five}}}}}]"), "/do/0/a"),
        (format!("do: [{{a: {{do: [{{b: {{{CALL}, {twenty}}}}}], {five}}}}}]"), "/do/0/a"),
        (format!("do: [{{a: {{do: [{{b: {{{CALL}, {five}}}}}], {twenty}}}}}]"), "/do/0/a/do/0/b"),
        (format!("do: [{{a: {{{CALL}}}}}]\n{five}"), "/timeout"),
        (
            format!("do: [{{a: {{{CALL}}}}}, {{b: {{{CALL}}}}}, {{c: {{{CALL}}}}}]\n{twenty}"),
            "/timeout",
        ),
        (
            format!(
                "do: [{{a: {{for: {{in: '[1, 2, 3]'}}, do: [{{b: {{wait: PT9S}}}}], {twenty}}}}}]"
            ),
            "/do/0/a",
        ),
        ("do: [{a: {set: '${ 1 }', then: a}}]\ntimeout: {after: PT0S}".to_owned(), "/timeout"),
        (format!("do: [{{a: {{{CALL}, timeout: {{after: '${{ .t }}'}}}}}}]"), "/do/0/a"),
    ];
    for (flow, instance) in cases {
        let error = end(&slow(), &flow, json!({"t": "PT5S"})).await.unwrap_err();
        assert_eq!(short(&error), timeout(instance), "{flow}");
    }
}

#[tokio::test]
async fn effects_know_their_deadline() {
    let flow =
        format!("do: [{{a: {{{CALL}, timeout: {{after: PT30S}}}}}}]\ntimeout: {{after: PT20S}}");
    let host = slow();
    end(&host, &flow, json!({})).await.unwrap();
    assert_eq!(host.state().requests[0].until, Some(START.after(Duration::from_secs(20))));
}

#[tokio::test]
async fn what_ends_in_time_does_not_time_out() {
    for flow in [
        format!("do: [{{a: {{{CALL}, timeout: {{after: PT10S}}}}}}]"),
        "do: [{a: {wait: PT10S, timeout: {after: PT10S}}}]".to_owned(),
        // The second visit has a time of its own.
        format!(
            "do: [{{a: {{{CALL}, timeout: {{after: PT11S}}, output: {{as: '$input + 1'}}}}}}, \
             {{s: {{switch: [{{again: {{when: . < 3, then: a}}}}]}}}}]"
        ),
    ] {
        assert!(end(&slow(), &flow, json!(0)).await.is_ok(), "{flow}");
    }
}

#[tokio::test]
async fn a_timeout_is_caught_only_outside_of_what_timed_out() {
    let catch = "catch: {do: [{c: {set: '${ $error.status }'}}]}";
    let inside =
        format!("do: [{{t: {{try: [{{a: {{{CALL}}}}}], {catch}, timeout: {{after: PT5S}}}}}}]");
    let error = end(&slow(), &inside, json!({})).await.unwrap_err();
    assert_eq!(short(&error), timeout("/do/0/t"));

    let flow =
        format!("do: [{{t: {{try: [{{a: {{{CALL}}}}}], {catch}}}}}]\ntimeout: {{after: PT5S}}");
    let error = end(&slow(), &flow, json!({})).await.unwrap_err();
    assert_eq!(short(&error), timeout("/timeout"));

    let outside = format!(
        "do: [{{o: {{try: [{{t: {{try: [{{a: {{{CALL}}}}}], {catch}, timeout: {{after: PT5S}}}}}}], {catch}}}}}]"
    );
    assert_eq!(end(&slow(), &outside, json!({})).await, Ok(json!(408)));

    let within =
        format!("do: [{{t: {{try: [{{a: {{{CALL}, timeout: {{after: PT5S}}}}}}], {catch}}}}}]");
    assert_eq!(end(&slow(), &within, json!({})).await, Ok(json!(408)));
}

#[tokio::test]
async fn a_flow_that_only_computes_times_out() {
    // Every task takes a millisecond here, because the host is asked to proceed before each.
    let flow = "do: [{a: {set: '${ . + 1 }', then: a}}]\ntimeout: {after: PT1S}";
    let host = TestHost::silent().with_slow_tasks(Duration::from_millis(1));
    let error = end(&host, flow, json!(0)).await.unwrap_err();
    assert_eq!(short(&error), timeout("/timeout"));
    assert!(host.state().now <= START.after(Duration::from_millis(1000 + 256)));
}

#[tokio::test]
async fn durations_that_are_evaluated_must_be_durations() {
    for duration in [json!("5 s"), json!(5), json!(null), json!({"second": 5})] {
        let error = end(&slow(), "do: [{a: {wait: '${ . }'}}]", duration).await.unwrap_err();
        assert_eq!(short(&error), ("expression".to_owned(), 400, "/do/0/a".to_owned()));
    }
    for duration in [json!("PT5S"), json!({"seconds": 5})] {
        let host = slow();
        let output = end(&host, "do: [{a: {wait: '${ . }'}}]", duration.clone()).await;
        assert_eq!(output, Ok(duration));
        assert_eq!(host.state().waits, [Duration::from_secs(5)]);
    }
}
