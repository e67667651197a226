//! `call: llm`: what is asked, and what comes of the answer.

use serde_json::{Value, json};

use super::host::{TestHost, end, no_answer, short};
use crate::{
    flow::LlmRequest,
    model::{Completion, FailureKind, LogLevel, RunError, Usage},
};

fn flow(with: &str) -> String {
    format!("do: [{{ask: {{call: llm, with: {{{with}}}}}}}]")
}

fn completion(content: &str) -> Completion {
    Completion {
        content: content.to_owned(),
        finish_reason: Some("stop".to_owned()),
        model: "small-2".to_owned(),
        usage: Some(Usage { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 }),
    }
}

fn saying(completion: Completion) -> TestHost {
    TestHost::silent().with_model(move |_, _| Ok(completion.clone()))
}

async fn asked(with: &str, input: Value) -> LlmRequest {
    let host = saying(completion("{}"));
    end(&host, &flow(with), input).await.unwrap();
    let question = host.state().questions.pop();
    question.unwrap()
}

#[tokio::test]
async fn what_is_asked_is_what_the_flow_says() {
    let input = json!({"q": "Why?", "list": [{"role": "user", "content": "hi"}], "n": 7});
    for (with, members) in [
        ("input: '${ .q }'", json!({"messages": [{"role": "user", "content": "Why?"}]})),
        ("input: {n: '${ .n }'}", json!({"messages": [{"role": "user", "content": "{\"n\":7}"}]})),
        (
            "instruction: Be brief., messages: '${ .list }', temperature: 0, max_tokens: '${ .n }'",
            json!({
                "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}],
                "temperature": 0,
                "max_tokens": 7,
            }),
        ),
        (
            "input: a, output: {name: verdict, schema: {type: object}}",
            json!({
                "messages": [{"role": "user", "content": "a"}],
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "verdict", "schema": {"type": "object"}, "strict": true},
                },
            }),
        ),
    ] {
        let request = asked(with, input.clone()).await;
        assert_eq!(Value::Object(request.members), members, "{with}");
        assert_eq!((request.provider.as_str(), request.model), ("default", None));
        assert!(request.stream && request.until.is_none());
    }
    let request = asked("provider: own, model: '${ .q }', input: a, stream: false", input).await;
    assert_eq!((request.provider.as_str(), request.model.as_deref()), ("own", Some("Why?")));
    assert!(!request.stream);
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_is_not() {
    for with in [
        "input: a, temperature: '${ 3 }'",
        "input: a, max_tokens: '${ \"1\" }'",
        "input: a, model: '${ null }'",
        "input: a, provider: '${ 1 }'",
        "input: a, instruction: '${ {} }'",
        "messages: '${ [] }'",
        "messages: ['${ .a }']",
        "messages: [{role: '${ \"tool\" }', content: a}]",
    ] {
        let host = saying(completion(""));
        let error = end(&host, &flow(with), json!({})).await.unwrap_err();
        let expected = ("expression".to_owned(), 400, "/do/0/ask".to_owned());
        assert_eq!(short(&error), expected, "{with}");
        assert!(host.state().questions.is_empty());
    }
}

#[tokio::test]
async fn an_answer_comes_with_what_it_took_and_its_line_says_so() {
    let host = saying(completion("Because."));
    let output = end(&host, &flow("input: a"), json!({})).await.unwrap();
    let usage = json!({"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46});
    let expected =
        json!({"content": "Because.", "finish_reason": "stop", "model": "small-2", "usage": usage});
    assert_eq!(output, expected);
    let line = host.state().logs.pop().unwrap();
    assert_eq!(line.message, "Completed ask: 12 + 34 tokens");
    assert_eq!(line.level, LogLevel::Info);

    let host = saying(Completion { usage: None, finish_reason: None, ..completion("a") });
    let output = end(&host, &flow("input: a"), json!({})).await.unwrap();
    assert_eq!((&output["usage"], &output["finish_reason"]), (&Value::Null, &Value::Null));
    assert_eq!(host.state().logs.pop().unwrap().message, "Completed ask");
}

const VERDICT: &str =
    "input: a, output: {schema: {type: object, required: [ok], properties: {ok: {type: boolean}}}}";

#[tokio::test]
async fn data_that_was_asked_for_is_read_and_checked() {
    let host = saying(completion(" {\"ok\": true}\n"));
    let output = end(&host, &flow(VERDICT), json!({})).await.unwrap();
    assert_eq!(output["output"], json!({"ok": true}));

    let cut_off = Completion { finish_reason: Some("length".to_owned()), ..completion("{\"ok\"") };
    let refusal = Completion { finish_reason: Some("refusal".to_owned()), ..completion("No.") };
    for (said, detail) in [
        (completion("{\"ok\": \"quicksilver\"}"), "/ok: the value is not of type \"boolean\""),
        (completion("[]"), "the data: the value is not of type \"object\""),
        (
            completion("quicksilver"),
            "the model's answer is not JSON: expected value at line 1 column 1",
        ),
        (
            completion(""),
            "the model's answer is not JSON: EOF while parsing a value at line 1 column 0",
        ),
        (cut_off, "the model's answer was cut off at its most tokens"),
        (refusal, "the model refused to answer"),
    ] {
        let error = end(&saying(said), &flow(VERDICT), json!({})).await.unwrap_err();
        assert_eq!(short(&error), ("validation".to_owned(), 400, "/do/0/ask".to_owned()));
        assert_eq!(error.detail.as_deref(), Some(detail));
    }
}

#[tokio::test]
async fn a_failure_is_raised_with_the_status_that_it_has() {
    for (kind, expected) in [
        (FailureKind::Answered(429), ("communication", 429)),
        (FailureKind::Answered(500), ("communication", 500)),
        (FailureKind::Unreachable, ("communication", 503)),
        (FailureKind::TimedOut, ("communication", 504)),
        (FailureKind::Refused, ("configuration", 400)),
    ] {
        let host = TestHost::silent().with_model(move |_, _| Err(no_answer(kind)));
        let error: RunError = end(&host, &flow("input: a"), json!({})).await.unwrap_err();
        let (name, status, _) = short(&error);
        assert_eq!((name.as_str(), status), expected);
    }
}

#[tokio::test]
async fn retry_understands_a_failure_and_an_answer_that_does_not_fit() {
    let flow = format!(
        "do: [{{t: {{try: [{{ask: {{call: llm, with: {{{VERDICT}}}}}}}], catch: {{retry: {{delay: PT1S, limit: {{attempt: {{count: 3}}}}}}}}}}}}]"
    );
    let host = TestHost::silent().with_model(|key, _| match key {
        "/do/0/t/try/0/ask#1" => Err(no_answer(FailureKind::Answered(429))),
        "/do/0/t/try/0/ask#2" => Ok(completion("not JSON")),
        _ => Ok(completion("{\"ok\": false}")),
    });
    let output = end(&host, &flow, json!({})).await.unwrap();
    assert_eq!(output["output"], json!({"ok": false}));
    assert_eq!(host.state().questions.len(), 3);
}
