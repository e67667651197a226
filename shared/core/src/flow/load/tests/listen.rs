//! What is said about tasks that listen.

use super::support::{flow, say, sound};
use crate::flow::{ReadAs, TaskKind};

/// The task begins in column 9.
fn listen(task: &str) -> String {
    flow(&format!("  - a: {{{task}}}\n"))
}

#[test]
fn what_is_listened_for_is_checked() {
    let said = [
        ("listen: {to: {one: {with: {type: x}}}}", ""),
        ("listen: {to: {any: [{with: {type: x}}, {with: {type: '${ .t }'}}]}, read: raw}", ""),
        (
            "listen: {to: {all: [{with: {type: x}}]}}",
            "7:23 refused: not supported by this runtime: `listen.to.all`",
        ),
        (
            "listen: {to: {any: [{with: {type: x}}], until: '${ .done }'}}",
            "7:49 refused: not supported by this runtime: `listen.to.until`",
        ),
        (
            "listen: {to: {one: {with: {type: x}}}}, foreach: {do: [{b: {set: {c: '${ $item }'}}}]}",
            "7:49 refused: not supported by this runtime: `foreach` of `listen`",
        ),
        (
            "listen: {to: {one: {with: {type: x, source: y, data: '${ .a > 1 }'}}}}",
            "7:45 refused: not supported by this runtime: `listen` by an event's `source`\n7:56 refused: not supported by this runtime: `listen` by an event's `data`",
        ),
        (
            "listen: {to: {one: {with: {type: x}, correlate: {a: {from: .b}}}}}",
            "7:46 refused: not supported by this runtime: `correlate` of `listen`",
        ),
        ("listen: {to: {one: {with: {}}}}", "7:29 error: `type` is missing"),
        (
            "listen: {to: {one: {with: {type: ''}}}}",
            "7:42 error: an event's type is a text of 1 to 256 bytes",
        ),
        ("listen: {to: {any: []}}", "7:28 error: expected at least one event"),
        ("listen: {to: {}}", "7:18 error: expected `one` or `any`"),
        (
            "listen: {to: {one: {with: {type: x}}, any: [{with: {type: x}}]}}",
            "7:47 error: a task listens to either `one` event or `any` of several",
        ),
        (
            "listen: {to: {one: {with: {type: x}}}, reed: data}",
            "7:48 error: unknown member `reed` (did you mean `read`?)",
        ),
    ];
    say(said.into_iter().map(|(task, expected)| (listen(task), expected)));
}

#[test]
fn what_a_person_is_asked_is_checked() {
    let said = [
        (
            "{question: Shall we?, choices: ['yes', '${ .no }'], schema: {type: string}, ours: 1}",
            "",
        ),
        ("{ours: 1}", ""),
        ("{question: '${ .q }', choices: '${ .c }'}", ""),
        ("{question: ''}", "7:70 error: a question is a text of 1 to 2,000 bytes"),
        (
            "{question: What?, choices: []}",
            "7:86 error: choices are a list of 1 to 20 texts of 1 to 100 bytes",
        ),
        ("{choices: ['yes']}", "7:49 error: `question` is missing"),
        (
            "{question: What?, schema: {type: strin}}",
            "7:92 error: not a JSON Schema: \"strin\" is not valid under any of the schemas listed in the 'anyOf' keyword",
        ),
        (
            "{question: '${ .q + }'}",
            "7:78 error: `.q +` does not compile: expected term, found the end",
        ),
    ];
    say(said.into_iter().map(|(metadata, expected)| {
        let to = "listen: {to: {one: {with: {type: x}}}}";
        (listen(&format!("{to}, metadata: {metadata}")), expected)
    }));
}

#[test]
fn data_is_what_is_read_unless_the_flow_says_so() {
    for (task, expected) in [
        ("listen: {to: {one: {with: {type: x}}}}", ReadAs::Data),
        ("listen: {to: {one: {with: {type: x}}}, read: envelope}", ReadAs::Envelope),
    ] {
        let plan = sound(&listen(task)).plan;
        let TaskKind::Listen(listen) = &plan.tasks.0[0].kind else { panic!("{task}") };
        assert_eq!((listen.read, listen.kinds.len()), (expected, 1));
        assert!(plan.reaches_out());
    }
}
