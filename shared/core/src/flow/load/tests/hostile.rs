//! No text makes the loader panic, overflow its stack, or take long.

use std::{thread, time::Duration};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::support::{HEAD, flow};
use crate::{
    flow::{check, source},
    model::limits::MAX_FLOW_BYTES,
};

/// The stack of a thread of the runtime.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Checks `text` on a thread as small as those in production.
fn check_on_a_small_stack(text: String) -> usize {
    thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || {
            check(&text).map_or_else(|faults| faults.len(), |sound| sound.warnings.len())
        })
        .unwrap()
        .join()
        .unwrap()
}

/// Names of the vocabulary in any place, so that values get deep into the loader.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "document",
            "do",
            "use",
            "input",
            "output",
            "export",
            "from",
            "as",
            "schema",
            "set",
            "call",
            "with",
            "for",
            "in",
            "each",
            "while",
            "switch",
            "when",
            "then",
            "try",
            "catch",
            "retry",
            "errors",
            "raise",
            "error",
            "wait",
            "fork",
            "branches",
            "listen",
            "run",
            "if",
            "timeout",
            "after",
            "limit",
            "attempt",
            "count",
            "delay",
            "backoff",
            "jitter",
            "status",
            "type",
            "method",
            "endpoint",
            "uri",
            "authentication",
            "basic",
            "message",
            "level",
            "retries",
            "timeouts",
            "authentications",
            "functions",
            "extensions",
            "before",
            "$ref",
            "pattern",
            "foreach",
            "emit",
            "event",
            "subscription",
        ])
        .prop_map(ToOwned::to_owned),
        ".{0,6}",
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "http",
            "log",
            "asyncapi",
            "get",
            "end",
            "PT5S",
            "${ .a }",
            "${",
            "https://{a}",
            "json",
            "jq",
            "1.0.3",
        ])
        .prop_map(Value::from),
        name().prop_map(Value::from),
    ]
}

fn document() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(8, 64, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..5)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_text_is_judged(text in any::<String>()) {
        let _ = check(&text);
    }

    #[test]
    fn text_of_yaml_signs_is_judged(text in "[-a:{}\\[\\], \n\t\"'|>&*!?#%0.~\u{feff}é$]{0,60}") {
        let _ = check(&text);
    }

    #[test]
    fn arbitrary_documents_are_judged(
        tasks in prop::collection::vec(document(), 0..4),
        shared in document(),
        document in document(),
    ) {
        let head = json!({"dsl": "1.0.3", "namespace": "a", "name": "b", "version": "1.0.0"});
        let items: Vec<_> = tasks.into_iter().map(|task| json!({ "a": task })).collect();
        let flow = json!({ "document": head, "use": shared, "do": items });
        let _ = check(&flow.to_string());
        let _ = check(&document.to_string());
    }

    #[test]
    fn json_means_what_it_says(document in document()) {
        let text = document.to_string();
        prop_assume!(text.starts_with(['{', '[']));
        let read = source::read(&text).map(|tree| tree.to_value());
        prop_assert_eq!(read.map_err(|fault| fault.message), Ok(document));
    }
}

/// A document of the largest size that begins with `start` and repeats `part`.
fn filled(start: &str, mut part: impl FnMut(usize) -> String) -> String {
    let mut text = start.to_owned();
    for count in 0.. {
        let part = part(count);
        if text.len() + part.len() > MAX_FLOW_BYTES - 8 {
            break;
        }
        text.push_str(&part);
    }
    text
}

#[test]
fn the_deepest_documents_fit_a_small_stack() {
    let mut nested = String::from("{set: {a: 1}}");
    for _ in 0..19 {
        nested = format!("{{do: [{{a: {nested}}}]}}");
    }
    assert_eq!(check_on_a_small_stack(format!("{HEAD}do: [{{a: {nested}}}]")), 0);
    let deep_set = format!("{}1{}", "[".repeat(58), "]".repeat(58));
    assert_eq!(check_on_a_small_stack(flow(&format!("  - a: {{set: {{b: {deep_set}}}}}\n"))), 0);
    let schema = format!("{}{{}}{}", "{not: ".repeat(56), "}".repeat(56));
    let schema = format!("{HEAD}input: {{schema: {{document: {schema}}}}}\ndo: []");
    assert_eq!(check_on_a_small_stack(schema), 0);
    assert_eq!(
        check_on_a_small_stack(flow(&format!(
            "  - a: {{set: {{b: '${{ {} }}'}}}}\n",
            "[".repeat(60_000)
        ))),
        1
    );
    for open in ["[", "{a: ", "- ", "? ", "[? ", "a:\n "] {
        assert_eq!(check_on_a_small_stack(open.repeat(MAX_FLOW_BYTES / open.len())), 1, "{open}");
    }
}

#[test]
fn the_largest_documents_are_judged_soon() {
    let head = format!("{HEAD}do:\n");
    let long_key = "k".repeat(60_000);
    let documents = [
        filled(&head, |task| format!("  - task{task}:\n      set: {{a: '${{ .b + {task} }}'}}\n")),
        filled(&head, |task| format!("  - task{task}:\n      set: {{a: b}}\n      then: end\n")),
        filled(&head, |task| format!("  - task{task}: {{wait: PT1S, than: end}}\n")),
        filled(&head, |_| "  - same: {set: {a: 1}}\n".to_owned()),
        filled(&format!("{head}  - a:\n      set:\n"), |line| format!("        m{line}: .x\n")),
        filled(&format!("{head}  - a:\n      set: {{\"{long_key}\": [0"), |_| ",1".to_owned())
            + "]}",
        filled(&format!("{head}  - a: {{set: {{b: ["), |_| ".x,".to_owned()) + "]}}",
        filled(&format!("{HEAD}use:\n  timeouts:\n"), |count| {
            format!("    t{count}: {{after: PT1S}}\n")
        }) + "do: []",
        filled(&format!("{HEAD}input:\n  schema:\n    document:\n      properties:\n"), |count| {
            format!("        p{count}: {{type: string}}\n")
        }) + "do: []",
        filled(&head, |task| {
            format!("  - task{task:028}: {{set: {{a: 1}}, then: tsak{task:028}x}}\n")
        }),
        filled("", |_| "# comment\n".to_owned()),
        filled("a: \"", |_| "\\n".to_owned()) + "\"",
    ];
    for (number, document) in documents.into_iter().enumerate() {
        let started = Instant::now();
        check_on_a_small_stack(document);
        // Far more than any of them takes, and far less than one that grows with the square.
        assert!(started.elapsed() < Duration::from_secs(20), "{number}: {:?}", started.elapsed());
    }
}
