//! What is said about what a flow does with its run's thread.

use super::support::{complaints, flow, sound};

#[test]
fn what_is_kept_in_a_thread_is_checked() {
    for (with, said) in [
        ("document: {name: '${ .name }'}", ""),
        ("messages: [{role: user, content: a}]", ""),
        ("document: null, messages: '${ .list }'", ""),
        ("", "7:23 error: `document` or `messages` is missing"),
        ("documnt: 1", "7:30 error: unknown member `documnt` (did you mean `document`?)"),
        (
            "messages: hello",
            "7:40 error: the messages are a list of `{role, content}`, at least one",
        ),
        (
            "messages: [{role: usr, content: a}]",
            "7:48 error: unknown role `usr`: expected `system`, `developer`, `user` or `assistant` (did you mean `user`?)",
        ),
    ] {
        let found = complaints(&flow(&format!("  - a: {{call: thread, with: {{{with}}}}}\n")));
        assert_eq!(found, said, "{with}");
    }
}

#[test]
fn how_much_a_model_is_told_is_checked() {
    for (thread, said) in [
        ("true", ""),
        ("false", ""),
        ("{}", ""),
        ("{max_messages: 2, max_bytes: 1024, summarize: true}", ""),
        ("yes", "7:45 error: `thread` is true, false or an object"),
        ("{max_messages: 1}", "7:60 error: `max_messages` is a whole number from 2 to 1000"),
        ("{max_bytes: 300000}", "7:57 error: `max_bytes` is a whole number from 1024 to 262144"),
        ("{sumarize: true}", "7:46 error: unknown member `sumarize` (did you mean `summarize`?)"),
    ] {
        let found = complaints(&flow(&format!(
            "  - a: {{call: llm, with: {{input: a, thread: {thread}}}}}\n"
        )));
        assert_eq!(found, said, "{thread}");
    }
}

#[test]
fn a_flow_that_may_use_its_thread_is_known() {
    for (task, uses) in [
        ("set: {a: 1}", false),
        ("set: {a: '${ $workflow.id }'}", false),
        ("set: {a: '${ $runtime.metadata.thread.id }'}", true),
        ("call: thread, with: {document: 1}", true),
        ("call: llm, with: {input: a}", false),
        ("call: llm, with: {input: a, thread: true}", true),
        ("call: llm, with: {input: a, thread: false}", false),
    ] {
        let plan = sound(&flow(&format!("  - a: {{{task}}}\n"))).plan;
        assert_eq!(plan.uses_thread, uses, "{task}");
    }
}
