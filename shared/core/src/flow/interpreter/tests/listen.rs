//! Listening: what is waited for, what is put out, and who gives up when.

use std::time::Duration;

use serde_json::{Value, json};

use super::host::{START, TestHost, end, facts, plan, short};
use crate::{
    flow::{Progress, run},
    model::Question,
};

const LISTEN: &str = "listen: {to: {one: {with: {type: approval}}}}";

/// Somebody answers after a minute.
fn answered(data: Value) -> TestHost {
    TestHost::silent().with_ear(move |_, _| Some((Duration::from_mins(1), data.clone())))
}

#[tokio::test]
async fn what_was_heard_is_put_out_as_it_is_to_be_read() {
    let read = |read: &str| {
        format!(
            "do: [{{a: {{listen: {{to: {{one: {{with: {{type: approval}}}}}}, read: {read}}}}}}}]"
        )
    };
    let at = START.after(Duration::from_mins(1)).to_string();
    let envelope = json!([{
        "specversion": "1.0", "id": format!("{}:/do/0/a#1", facts(&Value::Null).id),
        "source": format!("/runs/{}/input", facts(&Value::Null).id), "type": "approval",
        "time": at, "datacontenttype": "application/json", "data": {"by": "Ada"},
    }]);
    for (flow, output) in [
        (format!("do: [{{a: {{{LISTEN}}}}}]"), json!([{"by": "Ada"}])),
        (read("data"), json!([{"by": "Ada"}])),
        (read("raw"), json!(["{\"by\":\"Ada\"}"])),
        (read("envelope"), envelope),
    ] {
        let heard = end(&answered(json!({"by": "Ada"})), &flow, json!({})).await;
        assert_eq!(heard, Ok(output), "{flow}");
    }
}

#[tokio::test]
async fn the_question_and_the_types_may_be_expressions() {
    let flow = "do: [{a: {listen: {to: {any: [{with: {type: '${ .kind }'}}, {with: {type: other}}]}}, \
        metadata: {question: '${ \"Refund \\(.amount)?\" }', choices: ['yes', '${ .no }'], \
        schema: {type: string}, ours: 1}}}]";
    let host = answered(json!("no"));
    let input = json!({"kind": "approval", "amount": 12, "no": "no"});
    assert_eq!(end(&host, flow, input).await, Ok(json!(["no"])));
    let state = host.state();
    let request = &state.listened[0];
    assert_eq!(request.kinds, ["approval", "other"]);
    let question = Question {
        text: "Refund 12?".to_owned(),
        choices: vec!["yes".to_owned(), "no".to_owned()],
        schema: Some(json!({"type": "string"})),
    };
    assert_eq!(request.question, Some(question));
    let waits: Vec<_> = state
        .logs
        .iter()
        .filter(|line| line.progress == Progress::Waiting)
        .map(|line| line.message.as_str())
        .collect();
    assert_eq!(waits, ["Waits for an answer: Refund 12?"]);
}

#[tokio::test]
async fn what_an_expression_makes_of_a_question_is_held_to_the_same_bounds() {
    for (listen, metadata) in [
        ("'${ 1 }'", "{}"),
        ("approval", "{question: '${ 1 }'}"),
        ("approval", "{question: What?, choices: '${ [] }'}"),
        ("approval", "{question: What?, choices: ['${ 1 }']}"),
    ] {
        let flow = format!(
            "do: [{{a: {{listen: {{to: {{one: {{with: {{type: {listen}}}}}}}}}, metadata: {metadata}}}}}]"
        );
        let error = end(&answered(json!(1)), &flow, json!({})).await.unwrap_err();
        assert_eq!(short(&error), ("expression".to_owned(), 400, "/do/0/a".to_owned()), "{flow}");
    }
}

#[tokio::test]
async fn who_is_not_heard_in_time_is_a_timeout_that_can_be_caught() {
    let late = format!("do: [{{a: {{{LISTEN}, timeout: {{after: PT59S}}}}}}]");
    let error = end(&answered(json!(1)), &late, json!({})).await.unwrap_err();
    assert_eq!(short(&error), ("timeout".to_owned(), 408, "/do/0/a".to_owned()));
    let caught = format!(
        "do: [{{t: {{try: [{{a: {{{LISTEN}, timeout: {{after: PT59S}}}}}}], catch: {{errors: \
         {{with: {{status: 408}}}}, do: [{{b: {{set: {{late: true}}}}}}]}}}}}}]"
    );
    assert_eq!(end(&answered(json!(1)), &caught, json!({})).await, Ok(json!({"late": true})));
    let in_time = format!("do: [{{a: {{{LISTEN}, timeout: {{after: PT61S}}}}}}]");
    assert_eq!(end(&answered(json!(1)), &in_time, json!({})).await, Ok(json!([1])));
}

#[tokio::test]
async fn what_was_heard_or_not_is_the_same_on_every_replay() {
    for limit in ["PT59S", "PT61S"] {
        let flow = format!(
            "do: [{{t: {{try: [{{a: {{{LISTEN}, timeout: {{after: {limit}}}}}}}], catch: {{do: \
             [{{b: {{set: {{late: true}}}}}}]}}}}}}]"
        );
        let first = answered(json!(1));
        let output = end(&first, &flow, json!({})).await.unwrap();
        let journal = first.state().journal.clone();
        let again = TestHost::silent().resuming(&journal, START.after(Duration::from_secs(9999)));
        let input = json!({});
        let replayed = run(&plan(&flow), &again, facts(&input)).await.unwrap();
        assert_eq!(replayed, Ok(output));
    }
}
