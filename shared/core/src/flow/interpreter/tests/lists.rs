//! Lists: order, `then`, `switch`, `for`, and runs that never end by themselves.

use serde_json::{Value, json};

use super::host::{Stopped, TestHost, facts, fault, output, plan};
use crate::flow::run;

#[tokio::test]
async fn tasks_follow_each_other_as_then_says() {
    let add = |name: &str| format!("{name}: {{set: {{l: '${{ .l + [\"{name}\"] }}'}}}}");
    let (a, b, c) = (add("a"), add("b"), add("c"));
    let then = |task: &str, next: &str| format!("{}, then: {next}}}", &task[..task.len() - 1]);
    let cases = [
        ("in order", format!("[{{{a}}}, {{{b}}}]"), json!(["a", "b"])),
        ("end", format!("[{{{}}}, {{{b}}}]", then(&a, "end")), json!(["a"])),
        ("exit", format!("[{{{}}}, {{{b}}}]", then(&a, "exit")), json!(["a"])),
        ("a name", format!("[{{{}}}, {{{b}}}, {{{c}}}]", then(&a, "c")), json!(["a", "c"])),
        (
            "exit leaves only its own list",
            format!("[{{n: {{do: [{{{}}}, {{{b}}}]}}}}, {{{c}}}]", then(&a, "exit")),
            json!(["a", "c"]),
        ),
        (
            "end leaves all lists, and transforms nothing more",
            format!(
                "[{{n: {{do: [{{{}}}, {{{b}}}], output: {{as: '1'}}}}}}, {{{c}}}]",
                then(&a, "end")
            ),
            json!(["a"]),
        ),
        (
            "backwards",
            format!(
                "[{{{a}}}, {{s: {{switch: [{{again: {{when: '.l | length < 3', then: a}}}}]}}}}]"
            ),
            json!(["a", "a", "a"]),
        ),
    ];
    for (rule, tasks, expected) in cases {
        let output = output(&format!("do: {tasks}"), json!({})).await;
        assert_eq!(output, json!({"l": expected}), "{rule}");
    }
}

#[tokio::test]
async fn a_switch_takes_the_first_case_that_holds_or_its_default() {
    let flow = "do:
  - s:
      switch:
        - other: {then: none}
        - low: {when: .n < 10, then: low}
        - lower: {when: .n < 5, then: lower}
  - low: {set: '${ \"low\" }', then: end}
  - lower: {set: '${ \"lower\" }', then: end}
  - none: {set: '${ \"none\" }', then: end}";
    for (n, expected) in [(1, "low"), (7, "low"), (70, "none")] {
        assert_eq!(output(flow, json!({"n": n})).await, json!(expected));
    }
    let flow = "do: [{s: {switch: [{x: {when: .x, then: end}}], then: b}}, {a: {set: '${ \"a\" }', then: end}}, {b: {set: '${ \"b\" }'}}]";
    assert_eq!(output(flow, json!({})).await, json!("b"), "no case holds: the task's own then");
    assert_eq!(
        output(flow, json!({"x": 1})).await,
        json!({"x": 1}),
        "a switch passes on its input"
    );
}

#[tokio::test]
async fn loops_go_round() {
    let cases: [(&str, &str, Value, Value); 7] = [
        (
            "with names of their own",
            "do: [{f: {for: {each: x, in: .l, at: i}, do: [{a: {set: {l: '${ .l }', s: '${ .s + [[$i, $x]] }'}}}]}}]",
            json!({"l": ["a", "b"]}),
            json!({"l": ["a", "b"], "s": [[0, "a"], [1, "b"]]}),
        ),
        (
            "over nothing",
            "do: [{f: {for: {in: .l}, do: [{a: {set: '${ 1 }'}}]}}]",
            json!({"l": []}),
            json!({"l": []}),
        ),
        (
            "while it holds, looked at before each round with its item",
            "do: [{f: {for: {in: '[1, 2, 3, 4]'}, while: '. < 3 and $item < 9', do: [{a: {set: '${ . + $item }'}}]}}]",
            json!(0),
            json!(3),
        ),
        (
            "over what the collection was at first",
            "do: [{f: {for: {in: .l}, do: [{a: {set: {l: [], n: '${ .n + 1 }'}}}]}}]",
            json!({"l": [1, 2, 3]}),
            json!({"l": [], "n": 3}),
        ),
        (
            "within each other, the inner names hiding the outer ones",
            "do: [{f: {for: {in: '[1, 2]'}, do: [{g: {for: {in: '[10, 20]', at: j}, do: [{a: {set: '${ . + [[$index, $j, $item]] }'}}]}}]}}]",
            json!([]),
            json!([[0, 0, 10], [0, 1, 20], [1, 0, 10], [1, 1, 20]]),
        ),
        (
            "exit ends a round",
            "do: [{f: {for: {in: '[1, 2]'}, do: [{a: {set: '${ . + 1 }', then: exit}}, {b: {set: '${ 100 }'}}]}}]",
            json!(0),
            json!(2),
        ),
        (
            "end ends the flow",
            "do: [{f: {for: {in: '[1, 2]'}, do: [{a: {set: '${ . + 1 }', then: end}}]}}]",
            json!(0),
            json!(1),
        ),
    ];
    for (rule, flow, input, expected) in cases {
        assert_eq!(output(flow, input).await, expected, "{rule}");
    }
    let expected = ("expression".to_owned(), 400, "/do/0/f".to_owned());
    let flow = "do: [{f: {for: {in: .l}, do: [{a: {set: '${ 1 }'}}]}}]";
    for input in [json!({}), json!({"l": {"a": 1}}), json!({"l": "text"})] {
        assert_eq!(fault(flow, input).await, expected);
    }
}

#[tokio::test]
async fn a_flow_that_never_ends_can_be_stopped() {
    for flow in [
        "do: [{a: {set: '${ 1 }', then: a}}]",
        "do: [{a: {switch: [{b: {then: a}}]}}]",
        "do: [{a: {do: [{b: {switch: [{c: {then: b}}]}}]}}]",
        "do: [{t: {try: [{r: {raise: {error: {type: 'https://x', status: 400}}}}], catch: {retry: {}}}}]",
    ] {
        let host = TestHost::silent().stopping_after(10_000);
        let ended = run(&plan(flow), &host, facts(&Value::Null)).await;
        assert_eq!(ended.err(), Some(Stopped), "{flow}");
    }
}

#[tokio::test]
async fn a_stop_is_not_caught() {
    let flow = "do: [{t: {try: [{a: {set: '${ 1 }'}}, {b: {set: '${ 2 }'}}], catch: {do: [{c: {set: '${ 3 }'}}]}}}]";
    let host = TestHost::silent().stopping_after(2);
    assert_eq!(run(&plan(flow), &host, facts(&Value::Null)).await.err(), Some(Stopped));
}

#[test]
fn a_run_can_move_between_threads() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (plan, host) = (is_send(plan("do: [{a: {set: '${ 1 }'}}]")), TestHost::silent());
    drop(is_send(run(&plan, &host, facts(&Value::Null))));
}
