//! What is said about calls of language models.

use super::support::{flow, say, sound};
use crate::flow::{Prompt, TaskKind, Template};

/// The arguments begin in column 26.
fn ask(with: &str) -> String {
    flow(&format!("  - a: {{call: llm, with: {{{with}}}}}\n"))
}

#[test]
fn what_a_model_is_asked_is_checked() {
    let said = [
        ("model: m, input: hello", ""),
        ("input: hello", ""),
        (
            "model: '${ .m }', instruction: '${ .i }', messages: '${ .l }', temperature: '${ .t }', max_tokens: '${ .n }', provider: '${ .p }', stream: false",
            "",
        ),
        (
            "messages: [{role: user, content: a, name: ada}, '${ .last }', {role: '${ .role }', content: [1]}]",
            "",
        ),
        ("input: {question: '${ .q }'}, output: {schema: {type: object}, name: my-answer}", ""),
        ("model: m", "7:20 error: `messages` or `input` is missing"),
        ("input: a, messages: []", "7:27 error: a model is given either `messages` or an `input`"),
        ("messages: []", "7:37 error: the messages are a list of `{role, content}`, at least one"),
        (
            "messages: hello",
            "7:37 error: the messages are a list of `{role, content}`, at least one",
        ),
        (
            "messages: {role: '${ .r }'}",
            "7:37 error: the messages are a list of `{role, content}`, at least one",
        ),
        (
            "messages: [{rol: user, content: a}]",
            "7:39 error: unknown member `rol` (did you mean `role`?)",
        ),
        ("messages: [{role: user}]", "7:38 error: `content` is missing"),
        (
            "messages: [{role: usr, content: a}, {role: system, content: b}]",
            "7:45 error: unknown role `usr`: expected `system`, `developer`, `user` or `assistant` (did you mean `user`?)",
        ),
        (
            "messages: [{role: tool, content: a}]",
            "7:45 refused: not supported by this runtime: messages of tools",
        ),
        (
            "input: a, temprature: 1",
            "7:37 error: unknown member `temprature` (did you mean `temperature`?)",
        ),
        ("input: a, temperature: 2.5", "7:50 error: the temperature is a number from 0 to 2"),
        ("input: a, temperature: warm", "7:50 error: the temperature is a number from 0 to 2"),
        ("input: a, max_tokens: 0", "7:49 error: `max_tokens` is a whole number from 1"),
        ("input: a, max_tokens: 1.5", "7:49 error: `max_tokens` is a whole number from 1"),
        ("input: a, model: 4", "7:44 error: the model is a text"),
        ("input: a, instruction: ''", "7:50 error: the instruction is a text"),
        (
            "input: a, provider: 'my own'",
            "7:47 error: a provider's name has 1 to 64 letters, digits, `-` and `_`",
        ),
        ("input: a, stream: yes", "7:45 error: expected `true` or `false`, found a text"),
        (
            "input: a, tools: []",
            "7:37 refused: not supported by this runtime: `tools` of a model's call",
        ),
        ("input: a, output: {name: b}", "7:37 error: `schema` is missing"),
        (
            "input: a, output: {schema: {type: objekt}}",
            "7:61 error: not a JSON Schema: \"objekt\" is not valid under any of the schemas listed in the 'anyOf' keyword",
        ),
        (
            "input: a, output: {schema: {}, name: 'a b'}",
            "7:64 error: a schema's name has 1 to 64 letters, digits, `-` and `_`",
        ),
        (
            "input: '${ .a | }', model: '${ | }'",
            "7:42 error: `.a |` does not compile: expected term, found the end\n7:58 error: `|` does not compile: expected term, found `|`",
        ),
    ];
    say(said.into_iter().map(|(with, said)| (ask(with), said)));
}

#[test]
fn what_is_left_out_has_a_value() {
    let plan = sound(&ask("input: hello, output: {schema: {type: string}}")).plan;
    let TaskKind::CallLlm(call) = &plan.tasks.0[0].kind else { panic!("no call of a model") };
    assert!(matches!(&call.provider, Template::Literal(name) if name == "default"));
    assert!(matches!(&call.prompt, Prompt::Input(Template::Literal(text)) if text == "hello"));
    assert!(call.stream && call.model.is_none());
    assert_eq!(call.output.as_ref().unwrap().name, "output");
    assert!(plan.reaches_out());
}
