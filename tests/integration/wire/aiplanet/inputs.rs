//! Typed inputs: what is taken, and where the fault of what is not lies.

use serde_json::{Value, json};
use support::{Api, Transcript, send};

use super::{ENDS, TYPED, body, files::upload, input, once, run_id, trigger};
use crate::wire::flows::ECHO;

#[tokio::test]
async fn inputs_of_every_type_reach_the_flow_by_their_names() {
    let api = Api::start().await;
    api.publish(TYPED).await;
    let options = json!({"depth": 2, "list": [1, null]});
    let document = upload(&api, "a.txt", b"content").await;
    let picture = upload(&api, "b.gif", b"GIF89a").await;
    let sent = body(
        "typed",
        [
            input("question", "text", "What is your refund policy?"),
            input("count", "number", 3),
            input("urgent", "boolean", true),
            input("document", "file", document.clone()),
            input("picture", "image", picture),
            input("options", "json", options.clone()),
        ],
    );
    let started = send(trigger(&api, &sent)).await;
    let mut transcript = Transcript::default();
    transcript.note("started", &started);
    let ended = once(&api, &run_id(&started), &ENDS).await;
    transcript.note("ended", &ended);
    insta::assert_snapshot!(transcript);
    assert_eq!(ended.json()["created_at"], started.json()["created_at"]);
    let input = &ended.json()["output"]["input"];
    let document = format!("{}/ext/files/{document}", api.stack.base_url());
    assert_eq!((&input["document"], &input["options"]), (&json!(document), &options));
}

#[tokio::test]
async fn a_flow_that_declares_nothing_takes_inputs_of_every_type_and_none() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let sent = body(
        "echo",
        [input("a", "text", "x"), input("b", "json", json!([1])), input("", "number", 1.5)],
    );
    let mut cases =
        vec![(sent, json!({"a": "x", "b": [1], "": 1.5})), (body("echo", []), json!({}))];
    cases.push((json!({"workflow_configuration_id": "echo", "unknown": true}), json!({})));
    for (sent, expected) in cases {
        let id = run_id(&send(trigger(&api, &sent)).await);
        assert_eq!(once(&api, &id, &ENDS).await.json()["output"]["input"], expected);
    }
}

/// Type and place of every fault.
async fn faults(api: &Api, inputs: Value) -> Vec<String> {
    let sent = json!({"workflow_configuration_id": "typed", "inputs": inputs});
    let answer = send(trigger(api, &sent)).await;
    assert_eq!(answer.status, 422, "{sent}: {answer}");
    let detail = answer.json()["detail"].as_array().unwrap().clone();
    detail
        .iter()
        .map(|fault| format!("{} {}", fault["type"].as_str().unwrap(), fault["loc"]))
        .collect()
}

#[tokio::test]
async fn an_input_that_the_flow_does_not_declare_so_is_refused_where_it_stands() {
    let api = Api::start().await;
    api.publish(TYPED).await;
    let question = input("question", "text", "Why?");
    let count = input("count", "number", 1);
    let with = |third: Value| json!([question, count, third]);
    let at = |kind: &str, member: &str| vec![format!(r#"{kind} ["body","inputs",2,"{member}"]"#)];
    for (inputs, expected) in [
        (
            json!([]),
            vec![
                r#"missing ["body","inputs","question"]"#.to_owned(),
                r#"missing ["body","inputs","count"]"#.to_owned(),
            ],
        ),
        (json!([question]), vec![r#"missing ["body","inputs","count"]"#.to_owned()]),
        (with(input("document", "text", "https://example.com/a")), at("enum", "type")),
        (with(input("document", "image", "https://example.com/a")), at("enum", "type")),
        (with(input("urgent", "text", "true")), at("enum", "type")),
        (with(input("urgent", "boolean", "true")), at("bool_type", "value")),
        (with(input("options", "json", json!([1]))), at("value_error", "value")),
        (with(input("document", "file", "http://example.com/a")), at("url_scheme", "value")),
        (with(input("document", "file", "a.pdf")), at("url_parsing", "value")),
        (
            with(input("document", "file", json!({"url": "https://example.com/a"}))),
            at("string_type", "value"),
        ),
        (with(json!({"name": "urgent", "type": "boolean"})), at("missing", "value")),
        (with(json!({"name": "urgent", "value": true})), at("missing", "type")),
        (with(json!({"name": 1, "type": "boolean", "value": true})), at("string_type", "name")),
        (with(input("urgent", "audio", "x")), at("enum", "type")),
        (with(count.clone()), at("value_error", "name")),
        (
            json!([question, input("count", "number", "1")]),
            vec![r#"float_type ["body","inputs",1,"value"]"#.to_owned()],
        ),
        (
            json!([question, input("count", "number", null_value())]),
            vec![r#"float_type ["body","inputs",1,"value"]"#.to_owned()],
        ),
        // What only the schema knows.
        (
            json!([question, input("count", "number", 1.5)]),
            vec![r#"value_error ["body","inputs",1,"value"]"#.to_owned()],
        ),
        (
            json!([count, input("question", "text", "?")]),
            vec![r#"value_error ["body","inputs",1,"value"]"#.to_owned()],
        ),
        (
            with(input("options", "json", json!({"depth": 10}))),
            vec![r#"value_error ["body","inputs",2,"value","depth"]"#.to_owned()],
        ),
        (
            with(input("undeclared", "text", "x")),
            vec![r#"value_error ["body","inputs"]"#.to_owned()],
        ),
        // Every fault at once.
        (
            json!([1, {"name": "a", "type": "b", "value": 1}]),
            vec![
                r#"dict_type ["body","inputs",0]"#.to_owned(),
                r#"enum ["body","inputs",1,"type"]"#.to_owned(),
            ],
        ),
        (json!({}), vec![r#"list_type ["body","inputs"]"#.to_owned()]),
    ] {
        assert_eq!(faults(&api, inputs.clone()).await, expected, "{inputs}");
    }
    let nothing_started = send(api.get(&format!("{}/runs", super::BASE))).await;
    assert_eq!(nothing_started.json(), json!({"runs": [], "next_cursor": null}));
    let null = [question, count, input("urgent", "boolean", null_value())];
    assert_eq!(send(trigger(&api, &body("typed", null))).await.status, 202);
}

const fn null_value() -> Value {
    Value::Null
}
