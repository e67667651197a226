//! A run that is resumed goes the way it went: random flows, resumed from every prefix of what they
//! wrote down.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Value, json};

use super::host::{Reply, TestHost, facts, no_answer, plan};
use crate::{
    flow::{HttpRequest, LlmRequest, Plan, run},
    model::{CallFailure, Completion, FailureKind, RunError, Timestamp, Usage},
};

/// Rounds by `then` go on until this many tasks have counted.
const MOST_COUNTED: u32 = 40;

/// A list of tasks. Every one counts in `.n` and leaves its mark in `.trail`, so two runs with one
/// output went one way.
fn lists(depth: u32) -> BoxedStrategy<Value> {
    let task = if depth == 0 { simple().boxed() } else { nested(depth).boxed() };
    (vec((task, wrappings()), 1..5), prop::option::of(0..3_usize))
        .prop_map(|(tasks, back)| {
            let names = |index: usize| format!("t{index}");
            let mut list: Vec<Value> = Vec::new();
            for (index, (mut task, wrapping)) in tasks.into_iter().enumerate() {
                task.as_object_mut().unwrap().extend(wrapping);
                list.push(json!({ names(index): task }));
            }
            if let Some(back) = back.filter(|back| *back < list.len()) {
                let next = list.len();
                list.push(json!({ names(next): mark("b") }));
                let when = format!(".n < {MOST_COUNTED}");
                list.push(
                    json!({ "again": {"switch": [{"yes": {"when": when, "then": names(back)}}]} }),
                );
            }
            Value::Array(list)
        })
        .boxed()
}

fn mark(with: &str) -> Value {
    json!({"set": format!("${{ {{n: (.n + 1), trail: (.trail + [\"{with}\"])}} }}")})
}

fn simple() -> impl Strategy<Value = Value> {
    let call = json!({
        "call": "http",
        "with": {"method": "get", "endpoint": "https://a.example/{n}"},
        "output": {"as": {"n": "${ $input.n + 1 }", "trail": "${ $input.trail + [.key] }"}},
    });
    let ask = json!({
        "call": "llm",
        "with": {"model": "m", "input": "${ .n }"},
        "output": {"as": {"n": "${ $input.n + 1 }", "trail": "${ $input.trail + [.content] }"}},
    });
    let started = json!({
        "set": "${ {n: (.n + 1), trail: (.trail + [$task.startedAt.epoch.milliseconds])} }",
    });
    let raise = json!({"raise": {"error": {"type": "https://example.com/e", "status": 418}}});
    let wait = (0..5000_u64).prop_map(|wait| json!({"wait": {"milliseconds": wait}}));
    prop_oneof![
        12 => Just(call),
        4 => Just(ask),
        4 => Just(mark("s")),
        2 => Just(started),
        1 => Just(raise),
        4 => wait,
    ]
}

fn nested(depth: u32) -> impl Strategy<Value = Value> {
    let inner = || lists(depth - 1);
    let each = (inner(), 0..3_u32).prop_map(|(list, rounds)| {
        json!({"for": {"in": format!("[range({rounds})]")}, "while": ".n < 60", "do": list})
    });
    let tried =
        (inner(), prop::option::of(inner()), retries()).prop_map(|(list, rescue, retry)| {
            let mut catch = Map::new();
            catch.extend(rescue.map(|list| ("do".to_owned(), list)));
            catch.extend(retry.map(|retry| ("retry".to_owned(), retry)));
            json!({"try": list, "catch": catch})
        });
    prop_oneof![
        1 => simple(),
        1 => inner().prop_map(|list| json!({ "do": list })),
        1 => each,
        3 => tried,
    ]
}

fn retries() -> impl Strategy<Value = Option<Value>> {
    let limits = (1..4_u32, prop::option::of(1..4000_u64), prop::option::of(1..9000_u64));
    prop::option::of((limits, 0..2000_u64).prop_map(|((count, one, all), delay)| {
        let mut retry = json!({
            "delay": {"milliseconds": delay},
            "backoff": {"exponential": {}},
            "jitter": {"from": "PT0S", "to": "PT1S"},
            "limit": {"attempt": {"count": count}},
        });
        if let Some(one) = one {
            retry["limit"]["attempt"]["duration"] = json!({ "milliseconds": one });
        }
        if let Some(all) = all {
            retry["limit"]["duration"] = json!({ "milliseconds": all });
        }
        retry
    }))
}

/// Members that any task may have.
fn wrappings() -> impl Strategy<Value = Map<String, Value>> {
    let rare = |value: Value| prop::option::weighted(0.1, Just(value));
    let timeout = prop::option::weighted(0.1, 1..20_000_u64);
    (rare(json!(".n % 2 == 0")), timeout, rare(json!("$context + {seen: .n}")), rare(json!("exit")))
        .prop_map(|(condition, timeout, export, then)| {
            let timeout = timeout.map(|after| json!({"after": {"milliseconds": after}}));
            let export = export.map(|export| json!({ "as": export }));
            [("if", condition), ("timeout", timeout), ("export", export), ("then", then)]
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect()
        })
}

/// What the world answers depends on nothing but the key.
fn world(key: &str, _: &HttpRequest) -> Reply {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let number = hasher.finish();
    let reply = match number % 16 {
        0 => Reply::json(503, &json!({})),
        1 => Reply::failure(FailureKind::Unreachable),
        _ => Reply::json(200, &json!({ "key": key })),
    };
    reply.after(Duration::from_millis(number / 16 % 3000))
}

fn model(key: &str, _: &LlmRequest) -> Result<Completion, CallFailure> {
    if key.len().is_multiple_of(5) {
        return Err(no_answer(FailureKind::Answered(429)));
    }
    let usage = Usage { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    Ok(Completion {
        content: key.to_owned(),
        finish_reason: Some("stop".to_owned()),
        model: "m".to_owned(),
        usage: Some(usage),
    })
}

/// What came of a run.
struct Journey {
    host: TestHost,
    ended: Result<Value, RunError>,
}

fn travel(plan: &Plan, host: TestHost) -> Journey {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let input = json!({"n": 0, "trail": []});
    let ended = runtime.block_on(run(plan, &host, facts(&input))).unwrap();
    Journey { host, ended }
}

fn lines(journey: &Journey) -> Vec<(String, u32, &'static str)> {
    let state = journey.host.state();
    assert!(state.repeated_lines.is_empty(), "{:?}", state.repeated_lines);
    let line = |event: &crate::flow::LogEvent| {
        (event.task.clone(), event.attempt, event.progress.as_str())
    };
    state.logs.iter().map(line).collect()
}

fn resume(plan: &Plan, first: &Journey, prefix: usize, late: Duration) -> Journey {
    let (journal, now) = {
        let state = first.host.state();
        let now = prefix.checked_sub(1).map_or(super::host::START, |last| state.written_at[last]);
        (state.journal[..prefix].to_vec(), now)
    };
    let now = Timestamp::from_millis(now.as_millis()).after(late);
    travel(plan, TestHost::new(world).with_model(model).resuming(&journal, now))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_resumed_run_goes_the_same_way(list in lists(3)) {
        let plan = plan(&format!("do: {list}"));
        let first = travel(&plan, TestHost::new(world).with_model(model));
        let (asked, executed, effects) = {
            let state = first.host.state();
            (state.asked.clone(), state.executed.clone(), state.journal.len())
        };
        // Long runs are resumed from some prefixes only, the last one among them.
        let step = effects / 12 + 1;
        for prefix in (0..=effects).rev().step_by(step) {
            let again = resume(&plan, &first, prefix, Duration::ZERO);
            prop_assert_eq!(&again.ended, &first.ended);
            prop_assert_eq!(lines(&again), lines(&first));
            let state = again.host.state();
            prop_assert_eq!(&state.asked, &asked);
            let remembered: Vec<_> =
                asked[..prefix].iter().filter(|key| executed.contains(*key)).collect();
            prop_assert!(remembered.iter().all(|key| !state.executed.contains(*key)));
            prop_assert_eq!(state.executed.len() + remembered.len(), executed.len());
        }
        // Much later, timeouts may strike where they did not, but only after what is written down.
        for prefix in (0..=effects).rev().step_by(step) {
            let again = resume(&plan, &first, prefix, Duration::from_mins(1));
            let state = again.host.state();
            prop_assert_eq!(&state.asked[..prefix], &asked[..prefix]);
            prop_assert!(asked[..prefix].iter().all(|key| !state.executed.contains(key)));
        }
    }
}
