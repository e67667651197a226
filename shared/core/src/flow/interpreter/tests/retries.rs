//! Trying again: how often, after how long, until when.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use super::host::{Reply, START, TestHost, end, output, short};
use crate::model::RunError;

const CALL: &str = "{c: {call: http, with: {method: get, endpoint: 'https://a.example'}}}";

/// A world in which the first `failures` tries fail.
fn failing(failures: usize) -> TestHost {
    TestHost::new(move |key, _| {
        let attempt: usize = key.rsplit('#').next().unwrap().parse().unwrap();
        Reply::json(if attempt <= failures { 503 } else { 200 }, &json!(attempt))
    })
}

async fn tried(failures: usize, catch: &str) -> (Result<Value, RunError>, Vec<u64>, usize) {
    let host = failing(failures);
    let flow = format!("do: [{{t: {{try: [{CALL}], catch: {catch}}}}}]");
    let ended = end(&host, &flow, json!("in")).await;
    let state = host.state();
    let waits = state.waits.iter().map(|wait| u64::try_from(wait.as_millis()).unwrap()).collect();
    (ended, waits, state.requests.len())
}

#[tokio::test]
async fn a_try_is_repeated_as_its_policy_says() {
    let limit = "limit: {attempt: {count: 4}}";
    let cases = [
        (0, format!("{{retry: {{delay: PT1S, {limit}}}}}"), Ok(json!(1)), vec![]),
        (2, format!("{{retry: {{delay: PT1S, {limit}}}}}"), Ok(json!(3)), vec![1000, 1000]),
        (2, format!("{{retry: {{{limit}}}}}"), Ok(json!(3)), vec![]),
        (
            3,
            format!("{{retry: {{delay: PT1S, backoff: {{linear: {{}}}}, {limit}}}}}"),
            Ok(json!(4)),
            vec![1000, 2000, 3000],
        ),
        (
            3,
            format!("{{retry: {{delay: PT1S, backoff: {{exponential: {{}}}}, {limit}}}}}"),
            Ok(json!(4)),
            vec![1000, 2000, 4000],
        ),
        (4, format!("{{retry: {{delay: PT1S, {limit}}}}}"), Err(503), vec![1000; 3]),
        (
            4,
            format!(
                "{{retry: {{delay: PT1S, {limit}}}, do: [{{r: {{set: '${{ [., $error.status] }}'}}}}]}}"
            ),
            Ok(json!(["in", 503])),
            vec![1000; 3],
        ),
        (4, format!("{{errors: {{with: {{status: 500}}}}, retry: {{{limit}}}}}"), Err(503), vec![]),
        (4, format!("{{retry: {{when: $error.status == 500, {limit}}}}}"), Err(503), vec![]),
        (4, format!("{{retry: {{exceptWhen: $error.status == 503, {limit}}}}}"), Err(503), vec![]),
        (1, "{retry: {delay: PT1S}}".to_owned(), Ok(json!(2)), vec![1000]),
        // The third pause would end after the limit of seven seconds.
        (
            4,
            "{retry: {delay: PT2S, backoff: {exponential: {}}, limit: {duration: PT7S}}}"
                .to_owned(),
            Err(503),
            vec![2000, 4000],
        ),
    ];
    for (failures, catch, expected, expected_waits) in cases {
        let (ended, waits, _) = tried(failures, &catch).await;
        assert_eq!(ended.map_err(|error| error.status), expected, "{catch}");
        assert_eq!(waits, expected_waits, "{catch}");
    }
}

#[tokio::test]
async fn a_try_that_takes_too_long_is_ended_and_repeated() {
    let host = TestHost::new(|key, _| {
        let seconds = if key.ends_with("#1") { 60 } else { 1 };
        Reply::json(200, &json!(key)).after(Duration::from_secs(seconds))
    });
    let flow = format!(
        "do: [{{t: {{try: [{CALL}], catch: {{retry: {{limit: {{attempt: {{count: 2, duration: PT5S}}}}}}}}}}}}]"
    );
    assert_eq!(end(&host, &flow, json!({})).await, Ok(json!("/do/0/t/try/0/c#2")));
    assert_eq!(host.state().now, START.after(Duration::from_secs(6)));

    let host = TestHost::new(|_, _| Reply::json(200, &json!(1)).after(Duration::from_mins(1)));
    let error = end(&host, &flow, json!({})).await.unwrap_err();
    assert_eq!(short(&error), ("timeout".to_owned(), 408, "/do/0/t".to_owned()));
}

#[tokio::test]
async fn tries_within_tries_have_keys_of_their_own() {
    let retry = "retry: {limit: {attempt: {count: 2}}}";
    let flow = format!(
        "do: [{{o: {{try: [{{i: {{try: [{CALL}], catch: {{{retry}}}}}}}, {CALL}], catch: {{{retry}, do: [{CALL}]}}}}}}]"
    );
    let host = TestHost::new(|key, _| {
        Reply::json(if key.contains("catch") { 200 } else { 503 }, &json!({}))
    });
    end(&host, &flow, json!({})).await.unwrap();
    let expected = [
        "/do/0/o/try/0/i/try/0/c#1",
        "/do/0/o/try/0/i/try/0/c#2",
        "/do/0/o/try/0/i#2/try/0/c#1",
        "/do/0/o/try/0/i#2/try/0/c#2",
        "/do/0/o/catch/do/0/c#1",
    ];
    assert_eq!(host.state().asked, expected);
}

#[tokio::test]
async fn a_pause_past_the_deadline_of_a_task_ends_in_its_timeout() {
    let flow = format!(
        "do: [{{t: {{try: [{CALL}], catch: {{retry: {{delay: PT30S}}}}, timeout: {{after: PT20S}}}}}}]"
    );
    let host = failing(9);
    let error = end(&host, &flow, json!({})).await.unwrap_err();
    assert_eq!(short(&error), ("timeout".to_owned(), 408, "/do/0/t".to_owned()));
    assert_eq!(host.state().now, START.after(Duration::from_secs(20)));
}

#[tokio::test]
async fn what_a_try_exported_before_it_failed_stays() {
    let flow = "do: [{t: {try: [{a: {set: '${ 1 }', export: {as: '{n: .}'}}}, {b: {set: '${ 1 + {} }'}}], catch: {}}}, {c: {set: '${ $context }'}}]";
    assert_eq!(output(flow, json!({})).await, json!({"n": 1}));
}

#[derive(Clone, Debug)]
struct Policy {
    delay_ms: u64,
    backoff: &'static str,
    count: Option<u32>,
    try_limit_ms: Option<u64>,
    limit_ms: Option<u64>,
    timeout_ms: Option<u64>,
    jitter_ms: Option<(u64, u64)>,
}

fn policies() -> impl Strategy<Value = Policy> {
    let backoff = prop::sample::select(vec!["constant", "linear", "exponential"]);
    let times = || prop::option::of(1..20_000_u64);
    let jitter =
        prop::option::of((0..500_u64, 0..500_u64).prop_map(|(from, more)| (from, from + more)));
    (0..3000_u64, backoff, prop::option::of(1..8_u32), times(), times(), times(), jitter).prop_map(
        |(delay_ms, backoff, count, try_limit_ms, limit_ms, timeout_ms, jitter_ms)| Policy {
            delay_ms,
            backoff,
            count,
            try_limit_ms,
            limit_ms,
            timeout_ms,
            jitter_ms,
        },
    )
}

impl Policy {
    fn flow(&self) -> String {
        let milliseconds = |name: &str, value: Option<u64>| {
            value.map(|value| (name.to_owned(), json!({ "milliseconds": value })))
        };
        let mut attempt: serde_json::Map<_, _> =
            milliseconds("duration", self.try_limit_ms).into_iter().collect();
        attempt.extend(self.count.map(|count| ("count".to_owned(), count.into())));
        let mut limit: serde_json::Map<_, _> =
            milliseconds("duration", self.limit_ms).into_iter().collect();
        limit.insert("attempt".to_owned(), attempt.into());
        let mut retry = json!({
            "delay": {"milliseconds": self.delay_ms}, "backoff": {self.backoff: {}}, "limit": limit,
        });
        if let Some((from, to)) = self.jitter_ms {
            retry["jitter"] = json!({"from": {"milliseconds": from}, "to": {"milliseconds": to}});
        }
        let mut task = json!({
            "try": [{"c": {"call": "http", "with": {"method": "get", "endpoint": "https://a.example"}}}],
            "catch": {"retry": retry},
        });
        if let Some(after) = self.timeout_ms {
            task["timeout"] = json!({"after": {"milliseconds": after}});
        }
        format!("do: {}", json!([{ "t": task }]))
    }

    fn pause_ms(&self, failed: u32) -> std::ops::RangeInclusive<u64> {
        let delay = match self.backoff {
            "linear" => self.delay_ms * u64::from(failed),
            "exponential" => self.delay_ms << (failed - 1),
            _ => self.delay_ms,
        };
        let (from, to) = self.jitter_ms.unwrap_or_default();
        delay + from..=delay + to
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the policy and the world, its limits hold, and a run ends well exactly where one of
    /// its tries did.
    #[test]
    fn the_limits_of_a_policy_hold(policy in policies(), world in vec((any::<bool>(), 0..4000_u64), 12)) {
        let replies = world.clone();
        let host = TestHost::new(move |key, _| {
            let attempt: usize = key.rsplit('#').next().unwrap().parse().unwrap();
            // Any world answers in the end, or a policy without limits would try for ever.
            let (works, after) = replies.get(attempt - 1).copied().unwrap_or((true, 0));
            let status = if works { 200 } else { 503 };
            Reply::json(status, &json!(attempt)).after(Duration::from_millis(after))
        });
        let ended = tokio::runtime::Builder::new_current_thread().build().unwrap()
            .block_on(end(&host, &policy.flow(), json!({})));
        let state = host.state();
        let took = u64::try_from(state.now.since(START).as_millis()).unwrap();
        let tries = state.requests.len();

        prop_assert!(policy.count.is_none_or(|count| tries <= count as usize));
        for limit in [policy.limit_ms, policy.timeout_ms].into_iter().flatten() {
            prop_assert!(took <= limit, "took {took} of {limit}");
        }
        for (failed, wait) in (1..).zip(&state.waits) {
            let wait = u64::try_from(wait.as_millis()).unwrap();
            // Jitter is exact to the nanosecond, the world to the millisecond.
            prop_assert!(policy.pause_ms(failed).contains(&wait), "{failed}: {wait}");
        }
        match ended {
            Ok(output) => {
                prop_assert_eq!(&output, &json!(tries));
                let (works, after) = world.get(tries - 1).copied().unwrap_or((true, 0));
                prop_assert!(works && policy.try_limit_ms.is_none_or(|limit| after <= limit));
            }
            Err(error) => {
                let has_limit = policy.count.is_some() || policy.limit_ms.is_some()
                    || policy.timeout_ms.is_some();
                prop_assert!(has_limit, "{error}");
                prop_assert!(error.status == 503 || error.status == 408);
            }
        }
    }
}
