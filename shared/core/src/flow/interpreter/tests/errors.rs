//! Raising and catching.

use serde_json::{Value, json};

use super::host::{TestHost, end, fault, output, short};

const RAISE: &str =
    "raise: {error: {type: 'https://example.com/e', status: 418, title: T, detail: D}}";

#[tokio::test]
async fn an_error_is_raised_with_its_members() {
    let flow = format!("do: [{{a: {{do: [{{b: {{{RAISE}}}}}]}}}}]");
    let error = end(&TestHost::silent(), &flow, json!({})).await.unwrap_err();
    let expected = json!({"type": "https://example.com/e", "status": 418, "title": "T",
        "detail": "D", "instance": "/do/0/a/do/0/b"});
    assert_eq!(serde_json::to_value(error).unwrap(), expected);

    let flow = "do: [{a: {raise: {error: {type: 'https://example.com/e', status: 400, detail: '${ .why }'}}}}]";
    let error = end(&TestHost::silent(), flow, json!({"why": "because"})).await.unwrap_err();
    assert_eq!((error.title.as_str(), error.detail.as_deref()), ("Error", Some("because")));

    let flow = "do: [{a: {raise: {error: {type: 'https://open-workflow-specification.org/spec/1.0.0/errors/timeout', status: 408}}}}]";
    let error = end(&TestHost::silent(), flow, json!({})).await.unwrap_err();
    assert_eq!(error.title, "Timeout Error");
}

#[tokio::test]
async fn an_error_is_caught_where_it_matches() {
    let cases: [(&str, &str, bool); 18] = [
        ("everything", "{}", true),
        ("its type", "{errors: {with: {type: 'https://example.com/e'}}}", true),
        ("another type", "{errors: {with: {type: 'https://example.com/f'}}}", false),
        ("its status", "{errors: {with: {status: 418}}}", true),
        ("another status", "{errors: {with: {status: 419}}}", false),
        ("its title", "{errors: {with: {title: T}}}", true),
        ("another title", "{errors: {with: {title: U}}}", false),
        ("its detail", "{errors: {with: {detail: D}}}", true),
        ("another detail", "{errors: {with: {detail: E}}}", false),
        ("its instance", "{errors: {with: {instance: /do/0/t/try/0/r}}}", true),
        ("another instance", "{errors: {with: {instance: /do/0/t}}}", false),
        ("one member of two", "{errors: {with: {status: 418, title: U}}}", false),
        ("when", "{when: $error.status == 418 and .x}", true),
        ("not when", "{when: $error.status == 419}", false),
        ("exceptWhen", "{exceptWhen: $error.status == 418}", false),
        ("not exceptWhen", "{exceptWhen: $error.status == 419}", true),
        ("when, but exceptWhen", "{when: .x, exceptWhen: .x}", false),
        ("as", "{as: e, when: $e.status == 418}", true),
    ];
    for (rule, catch, is_caught) in cases {
        let flow = format!("do: [{{t: {{try: [{{r: {{{RAISE}}}}}], catch: {catch}}}}}]");
        let ended = end(&TestHost::silent(), &flow, json!({"x": 1})).await;
        match ended {
            Ok(output) => assert!(is_caught && output == json!({"x": 1}), "{rule}: {output}"),
            Err(error) => {
                assert!(!is_caught, "{rule}");
                let expected = ("e".to_owned(), 418, "/do/0/t/try/0/r".to_owned());
                assert_eq!(short(&error), expected, "{rule}");
            }
        }
    }
}

#[tokio::test]
async fn what_follows_a_caught_error_is_up_to_the_catch() {
    let cases: [(&str, &str, Value); 5] = [
        ("nothing", "catch: {}", json!([{"x": 1}, "next"])),
        (
            "its tasks, on the input of the try, with the error",
            "catch: {do: [{c: {set: '${ [., $error.status] }'}}]}",
            json!([[{"x": 1}, 418], "next"]),
        ),
        (
            "its tasks, with the error under its name",
            "catch: {as: e, do: [{c: {do: [{d: {set: '${ $e.title }'}}]}}]}",
            json!(["T", "next"]),
        ),
        ("its then", "catch: {then: last}", json!([{"x": 1}, "last"])),
        (
            "its tasks and its then, before the then of the try",
            "catch: {do: [{c: {set: '${ 2 }'}}], then: last}, then: end",
            json!([2, "last"]),
        ),
    ];
    for (rule, catch, expected) in cases {
        let flow = format!(
            "do: [{{t: {{try: [{{a: {{set: '${{ 1 }}'}}}}, {{r: {{{RAISE}}}}}], {catch}}}}}, \
             {{next: {{set: '${{ [., \"next\"] }}', then: end}}}}, {{last: {{set: '${{ [., \"last\"] }}'}}}}]"
        );
        assert_eq!(output(&flow, json!({"x": 1})).await, expected, "{rule}");
    }
}

#[tokio::test]
async fn an_error_goes_up_to_the_nearest_try_that_catches_it() {
    let flow = format!(
        "do: [{{o: {{try: [{{i: {{try: [{{r: {{{RAISE}}}}}], catch: {{errors: {{with: {{status: 1}}}}}}}}}}], \
         catch: {{do: [{{c: {{set: '${{ $error.instance }}'}}}}]}}}}}}]"
    );
    assert_eq!(output(&flow, json!({})).await, json!("/do/0/o/try/0/i/try/0/r"));

    let flow = format!(
        "do: [{{t: {{try: [{{r: {{{RAISE}}}}}], catch: {{do: [{{c: {{raise: {{error: {{type: 'https://example.com/again', status: 500}}}}}}}}]}}}}}}]"
    );
    let expected = ("again".to_owned(), 500, "/do/0/t/catch/do/0/c".to_owned());
    assert_eq!(fault(&flow, json!({})).await, expected, "a catch does not catch its own errors");

    let flow = "do: [{t: {try: [{a: {set: '${ 1 + {} }'}}], catch: {errors: {with: {type: 'https://open-workflow-specification.org/dsl/errors/types/expression'}}, do: [{c: {set: '${ \"caught\" }'}}]}}}]";
    assert_eq!(output(flow, json!({})).await, json!("caught"), "errors of the runtime are errors");
}
