//! What is said about tasks.

use super::support::{complaints, flow, say, tasks_say};

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
            "7:9 refused: not supported by this runtime: `listen`",
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
        (
            "  - a: {try: [], catch: {then: end}}\n",
            "7:26 refused: not supported by this runtime: `catch.then`",
        ),
    ]);
}

#[test]
fn calls_are_checked_by_what_they_call() {
    tasks_say(&[
        (
            "  - a: {call: htp, with: {}}\n",
            "7:15 error: unknown function `htp` (did you mean `http`?)",
        ),
        ("  - a: {call: sendMail}\n", "7:15 error: unknown function `sendMail`"),
        ("  - a: {call: http}\n", "7:5 error: `with` is missing"),
        ("  - a: {call: http, with: }\n", "7:21 error: expected an object, found nothing"),
        ("  - a: {call: http, with: {method: get}}\n", "7:21 error: `endpoint` is missing"),
        (
            "  - a: {call: log, with: {level: warning, message: x}}\n",
            "7:34 error: unknown word `warning`: expected `debug`, `info`, `warn` or `error` (did you mean `warn`?)",
        ),
        ("  - a: {call: log, with: {level: warn}}\n", "7:20 error: `message` is missing"),
        ("  - a: {call: log, with: {message: {a: '${ .b }'}}}\n", ""),
        (
            "  - a: {call: http, with: {method: gte, endpoint: 'https://a.example'}}\n",
            "7:36 warning: `gte` is not a usual HTTP method (did you mean `GET`?)",
        ),
        (
            "  - a: {call: http, with: {method: trace, endpoint: 'https://a.example'}}\n",
            "7:36 refused: not supported by this runtime: the HTTP method `TRACE`",
        ),
        (
            "  - a: {call: http, with: {method: 'g t', endpoint: 'https://a.example'}}\n",
            "7:36 error: `g t` is not an HTTP method",
        ),
        (
            "  - a: {call: http, with: {method: get, endpoint: 'https://a.example', headers: {'a b': x}, query: {q: 1}, output: text}}\n",
            "7:104 error: expected a text, found the number 1\n7:116 error: unknown word `text`: expected `raw`, `content` or `response`",
        ),
        (
            "  - a: {call: http, with: {method: get, endpoint: 'https://a.example', headers: {'a b': x}, query: q}}\n",
            "7:82 error: `a b` is not the name of a header\n7:100 error: expected an object, or an expression `${ … }` that gives one",
        ),
        (
            "  - a: {call: http, with: {method: get, endpoint: {uri: 'https://a.example', auth: {}}}}\n",
            "7:78 error: unknown member `auth`: expected `uri` or `authentication`",
        ),
        (
            "  - a: {call: http, with: {method: get, endpoint: 'https://a.example', redirect: yes}}\n",
            "7:82 error: expected `true` or `false`, found a text",
        ),
    ]);
}

#[test]
fn endpoints_are_absolute_and_their_placeholders_plain() {
    let said = [
        ("https://a.example/{id}?q={q.x}", ""),
        ("{base}/x", ""),
        ("HTTP://a.example", ""),
        ("/v2/pet", "7:51 error: the URI must be absolute (did you mean `https://v2/pet`?)"),
        ("a.example", "7:51 error: the URI must be absolute (did you mean `https://a.example`?)"),
        ("ftp://a.example", "7:51 error: `ftp` cannot be called: use `https`"),
        ("https://", "7:51 error: the URI has no host"),
        ("https://a.example/{id", "7:51 error: a `{` without its `}`"),
        ("https://a.example/id}", "7:51 error: a `}` without its `{`"),
        (
            "https://a.example/{+id}",
            "7:51 refused: not supported by this runtime: the URI template operator in `{+id}`",
        ),
        (
            "https://a.example/{.id}",
            "7:51 refused: not supported by this runtime: the URI template operator in `{.id}`",
        ),
        ("https://a.example/{}", "7:51 error: `{}` is not the name of an input member"),
        ("https://a.example/{a|b}", "7:51 error: `{a|b}` is not the name of an input member"),
        (
            "https://a.example/${ .id }",
            "7:51 error: a URI is one whole expression `${ … }`, or a text with `{name}` in it",
        ),
        (
            "https://a.example/${.id}",
            "7:51 error: a URI is one whole expression `${ … }`, or a text with `{name}` in it",
        ),
        ("https://a.example/a b", "7:51 error: a URI has no spaces"),
        ("${ .url }", ""),
    ];
    let table = said.into_iter().map(|(uri, said)| {
        let call = format!("{{call: http, with: {{method: get, endpoint: '{uri}'}}}}");
        (flow(&format!("  - a: {call}\n")), said)
    });
    say(table);
}

#[test]
fn credentials_are_checked() {
    let said = [
        ("{basic: {username: u, password: p}}", ""),
        ("{bearer: {token: '${ .t }'}}", ""),
        ("{basic: {username: u}}", "7:95 error: `password` is missing"),
        (
            "{basic: {usrname: u, password: p}}",
            "7:103 error: unknown member `usrname` (did you mean `username`?)",
        ),
        (
            "{basik: {}}",
            "7:95 error: unknown word `basik`: expected `use`, `basic`, `bearer`, `digest`, `oauth2`, `oidc` or `certificate` (did you mean `basic`?)",
        ),
        (
            "{basic: {use: s}}",
            "7:103 refused: not supported by this runtime: credentials from a secret",
        ),
        (
            "{digest: {username: u, password: p}}",
            "7:95 refused: not supported by this runtime: `digest` authentication",
        ),
        (
            "{oauth2: {authority: 'https://a.example', grant: client_credentials}}",
            "7:95 refused: not supported by this runtime: `oauth2` authentication",
        ),
        (
            "{oauth2: {grand: password}}",
            "7:104 error: unknown member `grand` (did you mean `grant`?)",
        ),
        ("{use: x}", "7:100 error: `use.authentications` has no `x`"),
        (
            "{}",
            "7:94 error: expected exactly one of `use`, `basic`, `bearer`, `digest`, `oauth2`, `oidc` or `certificate`",
        ),
    ];
    let table = said.into_iter().map(|(authentication, said)| {
        let endpoint = format!("{{uri: 'https://a.example', authentication: {authentication}}}");
        let call = format!("{{call: http, with: {{method: get, endpoint: {endpoint}}}}}");
        (flow(&format!("  - a: {call}\n")), said)
    });
    say(table);
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
