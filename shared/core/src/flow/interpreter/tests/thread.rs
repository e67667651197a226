//! What a flow sees of its run's thread, and what it leaves there.

use serde_json::{Value, json};

use super::host::{TestHost, facts, no_answer, plan, short};
use crate::{
    flow::{RunFacts, ThreadFacts, run},
    model::{Completion, FailureKind, RunError, ThreadContext},
};

fn said(role: &str, content: &str) -> Value {
    json!({"role": role, "content": content})
}

fn talk(turns: usize) -> ThreadContext {
    let turn = |turn: usize| {
        [said("user", &format!("question {turn}")), said("assistant", &format!("answer {turn}"))]
    };
    ThreadContext {
        messages: (1..=turns).flat_map(turn).collect(),
        document: json!({"name": "Ada"}),
    }
}

/// Runs `body` in a thread that holds `context`, to its end.
async fn end_in(host: &TestHost, context: &ThreadContext, body: &str) -> Result<Value, RunError> {
    let input = json!({"q": "Why?"});
    let thread = Some(ThreadFacts { id: "talk", context });
    run(&plan(body), host, RunFacts { thread, ..facts(&input) }).await.unwrap()
}

/// A model that says how many messages it was asked, but sums up when it is told to.
fn counting() -> TestHost {
    TestHost::silent().with_model(|key, request| {
        let messages = request.members["messages"].as_array().unwrap();
        let content = if key.ends_with("/summary") {
            "Ada asked a lot.".to_owned()
        } else {
            format!("I was told {}.", messages.len())
        };
        Ok(Completion { content, finish_reason: None, model: "small".to_owned(), usage: None })
    })
}

fn asked(host: &TestHost, index: usize) -> Value {
    host.state().questions[index].members["messages"].clone()
}

#[tokio::test]
async fn a_flow_sees_its_thread_as_it_was_and_as_it_makes_it() {
    let body = "
do:
  - before: {set: '${ $runtime.metadata.thread }', export: {as: '.'}}
  - write: {call: thread, with: {document: {name: Eve}, messages: [{role: user, content: '${ .id }'}]}}
  - after: {set: {before: '${ $context }', now: '${ $runtime.metadata.thread }', input: '${ .id }'}}
";
    let host = TestHost::silent();
    let output = end_in(&host, &talk(1), body).await.unwrap();
    let before = json!({"id": "talk", "messages": talk(1).messages, "document": {"name": "Ada"}});
    let mut messages = talk(1).messages;
    messages.push(said("user", "talk"));
    let now = json!({"id": "talk", "messages": messages, "document": {"name": "Eve"}});
    assert_eq!(output, json!({"before": before, "now": now, "input": "talk"}));
    let kept = host.state().kept.clone();
    assert_eq!(kept, Some(ThreadContext { messages, document: json!({"name": "Eve"}) }));
}

#[tokio::test]
async fn a_flow_that_only_reads_leaves_nothing() {
    let host = TestHost::silent();
    let body = "do: [{a: {set: '${ $runtime.metadata.thread.messages | length }'}}]";
    assert_eq!(end_in(&host, &talk(2), body).await.unwrap(), json!(4));
    assert_eq!(host.state().kept, None);
}

#[tokio::test]
async fn a_run_without_a_thread_sees_none_and_is_told_so_when_it_wants_one() {
    let input = json!({});
    let plain = plan("do: [{a: {set: {thread: '${ $runtime.metadata.thread }'}}}]");
    let output = run(&plain, &TestHost::silent(), facts(&input)).await.unwrap().unwrap();
    assert_eq!(output, json!({"thread": null}));
    for call in ["thread, with: {document: 1}", "llm, with: {input: a, thread: true}"] {
        let host = counting();
        let body = plan(&format!("do: [{{a: {{call: {call}}}}}]"));
        let error = run(&body, &host, facts(&input)).await.unwrap().unwrap_err();
        assert_eq!(short(&error), ("configuration".to_owned(), 400, "/do/0/a".to_owned()));
        assert!(error.detail.unwrap().contains("thread_id"));
        assert!(host.state().questions.is_empty());
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let deep = "reduce range(91) as $i (1; [.])";
    let long = "[range(40000) | tojson] | join(\"\")";
    for (with, kind) in [
        (format!("document: '${{ {deep} }}'"), "runtime"),
        (format!("document: '${{ {long} }}'"), "runtime"),
        (format!("messages: [{{role: user, content: '${{ {deep} }}'}}]"), "runtime"),
        ("messages: '${ [1] }'".to_owned(), "expression"),
        ("messages: '${ {} }'".to_owned(), "expression"),
    ] {
        let host = TestHost::silent();
        let body = format!("do: [{{a: {{call: thread, with: {{{with}}}}}}}]");
        let error = end_in(&host, &talk(1), &body).await.unwrap_err();
        assert_eq!(short(&error).0, kind, "{with} {error:?}");
        assert_eq!(host.state().kept, None);
    }
}

#[tokio::test]
async fn a_model_is_told_the_conversation_and_what_it_says_is_added() {
    let host = counting();
    let body = "
do:
  - ask: {call: llm, with: {instruction: Be brief., input: '${ .q }', thread: true}}
  - again: {call: llm, with: {messages: [{role: user, content: And?}], thread: {}}}
";
    end_in(&host, &talk(1), body).await.unwrap();
    let mut messages = talk(1).messages;
    messages.push(said("user", "Why?"));
    let first: Vec<_> = [said("system", "Be brief.")].into_iter().chain(messages.clone()).collect();
    assert_eq!(asked(&host, 0), Value::Array(first));
    messages.extend([said("assistant", "I was told 4."), said("user", "And?")]);
    assert_eq!(asked(&host, 1), Value::Array(messages.clone()));
    messages.push(said("assistant", "I was told 5."));
    assert_eq!(host.state().kept.clone().unwrap().messages, messages);
}

#[tokio::test]
async fn a_model_that_does_not_answer_leaves_the_conversation_as_it_is() {
    let host = TestHost::silent().with_model(|_, _| Err(no_answer(FailureKind::Unreachable)));
    let body = "do: [{a: {call: llm, with: {input: a, thread: true}}}]";
    end_in(&host, &talk(1), body).await.unwrap_err();
    let host_kept = host.state().kept.clone().unwrap();
    assert_eq!(host_kept, talk(1));
}

#[tokio::test]
async fn a_long_conversation_loses_its_oldest_part() {
    let host = counting();
    let body = "do: [{a: {call: llm, with: {input: b, thread: {max_messages: 5}}}}]";
    end_in(&host, &talk(10), body).await.unwrap();
    let mut messages = talk(10).messages.split_off(16);
    messages.push(said("user", "b"));
    assert_eq!(asked(&host, 0), Value::Array(messages.clone()));
    messages.push(said("assistant", "I was told 5."));
    assert_eq!(host.state().kept.clone().unwrap().messages, messages);
}

#[tokio::test]
async fn a_long_conversation_is_summed_up_where_that_is_asked_for() {
    let host = counting();
    let with = "provider: own, model: small, input: b, thread: {max_messages: 8, summarize: true}";
    let body = format!("do: [{{a: {{call: llm, with: {{{with}}}}}}}]");
    end_in(&host, &talk(10), &body).await.unwrap();
    assert_eq!(host.state().asked, ["/do/0/a#1/summary", "/do/0/a#1"]);
    let question = host.state().questions[0].clone();
    assert_eq!((question.provider.as_str(), question.model.as_deref()), ("own", Some("small")));
    assert!(!question.stream);
    let transcript = asked(&host, 0)[1]["content"].as_str().unwrap().to_owned();
    assert!(transcript.starts_with("user: question 1\nassistant: answer 1\nuser: question 2"));
    assert!(transcript.ends_with("assistant: answer 8"), "{transcript}");
    let mut messages = vec![said("user", "Summary of our conversation so far: Ada asked a lot.")];
    messages.extend(talk(10).messages.split_off(16));
    messages.push(said("user", "b"));
    assert_eq!(asked(&host, 1), Value::Array(messages.clone()));
    messages.push(said("assistant", "I was told 6."));
    assert_eq!(host.state().kept.clone().unwrap().messages, messages);

    // Whatever was done is not done again, and comes to the same.
    let journal = host.state().journal.clone();
    for count in 0..=journal.len() {
        let now = host.state().now;
        let again = counting().resuming(&journal[..count], now);
        end_in(&again, &talk(10), &body).await.unwrap();
        assert_eq!(again.state().executed.len(), journal.len() - count);
        assert_eq!(again.state().kept.clone().unwrap().messages, messages);
    }
}

#[tokio::test]
async fn a_summary_that_fails_fails_the_call() {
    let host = TestHost::silent().with_model(|_, _| Err(no_answer(FailureKind::Answered(429))));
    let body =
        "do: [{a: {call: llm, with: {input: b, thread: {max_messages: 2, summarize: true}}}}]";
    let error = end_in(&host, &talk(3), body).await.unwrap_err();
    assert_eq!(short(&error), ("communication".to_owned(), 429, "/do/0/a".to_owned()));
}
