//! What is said about tasks.

use super::support::{complaints, flow, tasks_say};

#[test]
fn every_fault_of_every_task_is_reported() {
    let text = flow(
        r"  - a:
      call: http
      with:
        metod: get
        endpoint: 5
        headers: {x: 1}
  - b:
      set: {a: 1}
      than: end
  - c:
      do:
        - d: {wait: {minute: 5}}
        - e: {switch: [{x: {wen: .a, then: end}}]}
",
    );
    assert_eq!(
        complaints(&text),
        "\
10:9 error: unknown member `metod` (did you mean `method`?)
11:19 error: expected a text or an object, found the number 5
12:22 error: expected a text, found the number 1
15:7 error: unknown member `than` (did you mean `then`?)
18:22 error: unknown member `minute` (did you mean `minutes`?)
19:29 error: unknown member `wen` (did you mean `when`?)"
    );
}

#[test]
fn a_task_is_one_of_the_kinds() {
    tasks_say(&[
        ("  - a: {sett: {b: 1}}\n", "7:9 error: unknown kind of task `sett` (did you mean `set`?)"),
        (
            "  - a: {then: end}\n",
            "7:5 error: the task does nothing: expected `call`, `emit`, `for`, `fork`, `listen`, `raise`, `run`, `set`, `switch`, `try`, `wait` or `do`",
        ),
        ("  - a: {set: {b: 1}, call: log}\n", "7:22 error: a task cannot be both `set` and `call`"),
        (
            "  - a: {for: {in: .x}, do: [], set: {b: 1}}\n",
            "7:32 error: a task cannot be both `for` and `set`",
        ),
        ("  - a:\n", "7:5 error: expected a task: an object"),
        ("  - a\n", "7:5 error: expected a task, `- name: …`"),
        ("  - {}\n", "7:5 error: expected a task, `- name: …`"),
        (
            "  - a: {set: {b: 1}}\n    c: {set: {b: 1}}\n",
            "8:5 error: `c` is a second task in one item (did you mean `- c:`?)",
        ),
        (
            "  - a: {set: {b: 1}}\n  - a: {set: {b: 1}}\n",
            "8:5 error: `a` is the name of two tasks, first on line 7",
        ),
        (
            "  - end: {set: {b: 1}}\n",
            "7:5 warning: `then: end` does not lead to a task of this name",
        ),
        (
            "  - a: {do: {b: {set: {c: 1}}}}\n",
            "7:13 error: expected a list of tasks, each `- name: …`",
        ),
        ("  - a: {set: {}}\n", "7:14 error: expected at least one member"),
        ("  - a: {set: [1]}\n", "7:14 error: expected a text or an object, found a list"),
        (
            "  - a: {set: {b: 1}, metadata: {x: 1}, input: {frm: .b}}\n",
            "7:48 error: unknown member `frm` (did you mean `from`?)",
        ),
    ]);
}

#[test]
fn what_this_runtime_does_not_run_is_refused_by_name() {
    tasks_say(&[
        (
            "  - a: {fork: {branches: [{b: {set: {c: 1}}}, {d: {sett: 1}}]}}\n",
            "7:9 refused: not supported by this runtime: `fork`\n7:52 error: unknown kind of task `sett` (did you mean `set`?)",
        ),
        (
            "  - a: {emit: {event: {with: {type: x, source: y}}}}\n",
            "7:9 refused: not supported by this runtime: `emit`",
        ),
        (
            "  - a: {emit: {evnt: {}}}\n",
            "7:9 refused: not supported by this runtime: `emit`\n7:16 error: unknown member `evnt` (did you mean `event`?)",
        ),
        (
            "  - a: {listen: {to: {one: {with: {type: x}}}}, foreach: {do: [{b: {set: {c: '${ $item }'}}}]}}\n",
            "7:49 refused: not supported by this runtime: `foreach` of `listen`",
        ),
        (
            "  - a: {run: {shell: {command: ls}}}\n",
            "7:9 refused: not supported by this runtime: `run.shell`",
        ),
        (
            "  - a: {run: {workflow: {namespace: a, name: b, version: '1'}}}\n",
            "7:9 refused: not supported by this runtime: `run.workflow`",
        ),
        (
            "  - a: {run: {shel: {command: ls}}}\n",
            "7:9 error: expected `container`, `script`, `shell` or `workflow`\n7:15 error: unknown member `shel` (did you mean `shell`?)",
        ),
        (
            "  - a: {call: openapi, with: {document: {endpoint: 'https://a.example'}, operationId: x}}\n",
            "7:15 refused: not supported by this runtime: `call: openapi`",
        ),
        (
            "  - a: {call: openapi, with: {document: {endpoint: 'https://a.example'}, operation: x}}\n",
            "7:15 refused: not supported by this runtime: `call: openapi`\n7:74 error: unknown member `operation` (did you mean `operationId`?)",
        ),
        (
            "  - a: {call: grpc, with: {proto: {endpoint: x}, service: {name: a, host: b}, method: c}}\n",
            "7:15 refused: not supported by this runtime: `call: grpc`",
        ),
        (
            "  - a: {call: mcp, with: {method: tools/lst, transport: {http: {endpoint: x}}}}\n",
            "7:15 refused: not supported by this runtime: `call: mcp`\n7:35 error: unknown word `tools/lst`: expected `tools/list`, `tools/call`, `prompts/list`, `prompts/get`, `resources/list`, `resources/read` or `resources/templates/list` (did you mean `tools/list`?)",
        ),
        (
            "  - a: {call: a2a, with: {method: tasks/get}}\n",
            "7:15 refused: not supported by this runtime: `call: a2a`",
        ),
        (
            "  - a: {call: asyncapi, with: {document: {endpoint: x}, operation: y, message: {payload: {}}}}\n",
            "7:15 refused: not supported by this runtime: `call: asyncapi`",
        ),
    ]);
}

#[test]
fn ways_through_a_list_are_checked() {
    tasks_say(&[
        (
            "  - a: {set: {b: 1}, then: c}\n  - b: {do: [{c: {set: {x: 1}}}]}\n",
            "7:28 error: this list has no task `c` (did you mean `a`?)",
        ),
        (
            "  - first: {set: {b: 1}, then: secnd}\n  - second: {set: {b: 1}}\n",
            "7:32 error: this list has no task `secnd` (did you mean `second`?)",
        ),
        (
            "  - a: {set: {b: 1}, then: edn}\n",
            "7:28 error: this list has no task `edn` (did you mean `end`?)",
        ),
        (
            "  - a: {set: {b: 1}, then: end}\n  - b: {set: {b: 1}}\n  - c: {set: {b: 1}}\n",
            "8:5 warning: `b` never runs: nothing leads to it\n9:5 warning: `c` never runs: nothing leads to it",
        ),
        (
            "  - a: {set: {b: 1}, then: c}\n  - b: {set: {b: 1}, then: end}\n  - c: {set: {b: 1}, then: b}\n",
            "",
        ),
        ("  - a: {if: .x, set: {b: 1}, then: end}\n  - b: {set: {b: 1}}\n", ""),
        (
            "  - a: {raise: {error: {type: x, status: 400}}}\n  - b: {set: {b: 1}}\n",
            "8:5 warning: `b` never runs: nothing leads to it",
        ),
        (
            "  - a: {switch: [{x: {when: .x, then: c}}, {y: {then: end}}]}\n  - b: {set: {b: 1}}\n  - c: {set: {b: 1}}\n",
            "8:5 warning: `b` never runs: nothing leads to it",
        ),
        (
            "  - a: {switch: [{x: {when: .x, then: c}}]}\n  - b: {set: {b: 1}}\n  - c: {set: {b: 1}}\n",
            "",
        ),
        (
            "  - a: {try: [], catch: {then: c}, then: end}\n  - b: {set: {b: 1}}\n  - c: {set: {b: 1}}\n",
            "8:5 warning: `b` never runs: nothing leads to it",
        ),
        (
            "  - a: {try: [], catch: {then: b}}\n",
            "7:32 error: this list has no task `b` (did you mean `a`?)",
        ),
        ("  - a: {switch: []}\n", "7:17 error: expected at least one case"),
        (
            "  - a: {switch: [{x: {then: end}}, {y: {then: end}}]}\n",
            "7:37 error: a second default case, after `x`: give it a `when`",
        ),
        ("  - a: {switch: [{x: {when: .x}}]}\n", "7:19 error: `then` is missing"),
        (
            "  - a: {switch: [{x: {then: end}, y: {then: end}}]}\n",
            "7:35 error: `y` is a second case in one item (did you mean `- y:`?)",
        ),
    ]);
}

#[test]
fn loops_and_catches_name_their_variables() {
    tasks_say(&[
        (
            "  - a: {for: {in: .x, each: input}, do: []}\n",
            "7:29 error: `$input` has a meaning already: choose another name",
        ),
        (
            "  - a: {for: {in: .x, each: $c}, do: []}\n",
            "7:29 error: `$c` is not the name of a variable (did you mean `c`?)",
        ),
        (
            "  - a: {for: {in: .x, each: i, at: i}, do: []}\n",
            "7:36 error: `each` and `at` need different names",
        ),
        ("  - a: {for: {each: i}, do: []}\n", "7:9 error: `in` is missing"),
        (
            "  - a: {for: {in: .x}, do: [{b: {set: {c: '${ $item + $index }'}}}], while: $item < 3}\n",
            "",
        ),
        ("  - a: {for: {in: [{b: 1}]}, do: []}\n", ""),
        ("  - a: {for: {in: [1]}, do: []}\n", "7:20 error: an item written out must be an object"),
        (
            "  - a: {for: {in: [{b: '${ .c }'}]}, do: []}\n",
            "7:19 refused: not supported by this runtime: expressions in a list written out under `for.in`",
        ),
        ("  - a: {for: {in: 5}, do: []}\n", "7:19 error: expected an expression or a list"),
        (
            "  - a: {try: [], catch: {as: err, when: $err.status == 404, do: [{b: {set: {c: '${ $err }'}}}]}}\n",
            "",
        ),
        (
            "  - a: {try: [], catch: {as: task}}\n",
            "7:30 error: `$task` has a meaning already: choose another name",
        ),
        (
            "  - a: {try: [], catch: {errors: {with: {stauts: 404}}}}\n",
            "7:42 error: unknown member `stauts` (did you mean `status`?)",
        ),
        (
            "  - a: {try: [], catch: {errors: {with: {status: '404'}}}}\n",
            "7:50 error: expected a whole number, zero or more, found a text",
        ),
        ("  - a: {try: []}\n", "7:5 error: `catch` is missing"),
        (
            "  - a: {try: [], catch: {retry: {delay: PT1S}}}\n",
            "7:26 warning: tried again without end: set `limit.attempt.count` or `limit.duration`",
        ),
        (
            "  - a: {try: [], catch: {retry: {delay: '${ .d }', limit: {duration: PT1M}}}}\n",
            "7:41 refused: not supported by this runtime: an expression as a duration of `retry`",
        ),
        (
            "  - a: {try: [], catch: {retry: {backoff: {exponental: {}}, limit: {attempt: {count: -1}}}}}\n",
            "7:44 error: unknown word `exponental`: expected `constant`, `exponential` or `linear` (did you mean `exponential`?)\n7:86 error: expected a whole number, zero or more, found the number -1",
        ),
        (
            "  - a: {try: [], catch: {retry: {jitter: {from: PT2S, to: PT1S}, limit: {attempt: {count: 3}}}}}\n",
            "7:34 error: `from` is longer than `to`",
        ),
    ]);
}

#[test]
fn waits_and_errors_are_read() {
    tasks_say(&[
        ("  - a: {wait: {seconds: 5, milliseconds: 250}}\n", ""),
        ("  - a: {wait: PT0.5S}\n", ""),
        ("  - a: {wait: '${ .delay }'}\n", ""),
        (
            "  - a: {wait: {}}\n",
            "7:15 error: a duration needs at least one part, such as `seconds`",
        ),
        ("  - a: {wait: 5}\n", "7:15 error: expected a text or an object, found the number 5"),
        (
            "  - a: {wait: {seconds: 0.5}}\n",
            "7:25 error: expected a whole number, zero or more, found the number 0.5",
        ),
        (
            "  - a: {wait: -PT1S}\n",
            "7:15 error: \"-PT1S\" is not an ISO 8601 duration of days, hours, minutes, seconds",
        ),
        ("  - a: {raise: {error: {type: x}}}\n", "7:17 error: `status` is missing"),
        (
            "  - a: {raise: {error: {type: x, status: 99}}}\n",
            "7:42 error: expected an HTTP status, 100 to 599",
        ),
        (
            "  - a: {raise: {error: {type: x, status: 400, instance: here}}}\n",
            "7:57 error: expected a JSON pointer, such as `/do/0/task`",
        ),
        ("  - a: {raise: {error: nope}}\n", "7:24 error: `use.errors` has no `nope`"),
        ("  - a: {set: {b: 1}, timeout: {after: PT5S}}\n", ""),
        (
            "  - a: {set: {b: 1}, timeout: {afer: PT5S}}\n",
            "7:32 error: unknown member `afer` (did you mean `after`?)",
        ),
    ]);
}
