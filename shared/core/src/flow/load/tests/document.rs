//! What is said about a document's head, its shared components and its schemas.

use super::support::{HEAD, say};

/// Documents that begin like every other and go on like this, the first line on line 6.
fn documents_say(table: &[(&str, &str)]) {
    say(table.iter().map(|(rest, said)| (format!("{HEAD}{rest}"), *said)));
}

#[test]
fn the_head_is_checked() {
    let table = [
        (
            "document: {dsl: '1.0.3', namespace: a, name: b, version: '1'}\ndo: []",
            "1:58 error: `1` is not a semantic version, such as `1.0.0`",
        ),
        (
            "document: {dsl: '1.0.3', namespace: a b, name: b_, version: 1.0.0}\ndo: []",
            "1:37 error: `a b` is not a name: letters, digits and inner hyphens only, 63 at most\n1:48 error: `b_` is not a name: letters, digits and inner hyphens only, 63 at most",
        ),
        (
            "document: {dsl: 0.8, namespace: a, name: b, version: 1.0.0}\ndo: []",
            "1:17 error: expected a text, found the number 0.8",
        ),
        (
            "document: {dsl: 0.8.0, namespace: a, name: b, version: 1.0.0}\ndo: []",
            "1:17 refused: not supported by this runtime: version `0.8.0` of the language",
        ),
        (
            "document: {dsl: latest, namespace: a, name: b, version: 1.0.0}\ndo: []",
            "1:17 error: `latest` is not a version of the language (did you mean `1.0.3`?)",
        ),
        (
            "document: {dsl: 1.0.3, nmespace: a, name: b, version: 1.0.0, tag: {}}\ndo: []",
            "1:24 error: unknown member `nmespace` (did you mean `namespace`?)\n1:62 error: unknown member `tag` (did you mean `tags`?)",
        ),
        (
            "document: {dsl: 1.0.3, namespace: a, name: b}\ndo: []",
            "1:1 error: `version` is missing",
        ),
        ("do: []", "1:1 error: `document` is missing"),
        (
            "document: {dsl: 1.0.3, namespace: a, name: b, version: 1.0.0, metadata: {x: {y: 1}}, tags: {a: b}, title: t, summary: s}\ndo: []",
            "",
        ),
    ];
    say(table.into_iter().map(|(text, said)| (text.to_owned(), said)));
}

#[test]
fn the_body_is_checked() {
    documents_say(&[
        ("dos: []", "6:1 error: unknown member `dos` (did you mean `do`?)"),
        ("do: {a: {set: {b: 1}}}", "6:5 error: expected a list of tasks, each `- name: …`"),
        (
            "schedule: {cron: '0 0 * * *'}\ndo: []",
            "6:1 refused: not supported by this runtime: `schedule`",
        ),
        (
            "schedule: {corn: '0 0 * * *'}\ndo: []",
            "6:1 refused: not supported by this runtime: `schedule`\n6:12 error: unknown member `corn` (did you mean `cron`?)",
        ),
        (
            "evaluate: {mode: loose, language: js}\ndo: []",
            "6:18 refused: not supported by this runtime: `evaluate.mode: loose`\n6:35 refused: not supported by this runtime: expressions in `js` (did you mean `jq`?)",
        ),
        (
            "evaluate: {mode: lose}\ndo: []",
            "6:18 error: unknown word `lose`: expected `strict` or `loose` (did you mean `loose`?)",
        ),
        ("timeout: {after: PT5M}\ndo: []", ""),
        (
            "timeout: {after: 5m}\ndo: []",
            "6:18 error: \"5m\" is not an ISO 8601 duration of days, hours, minutes, seconds",
        ),
        (
            "timeout: {after: {second: 5}}\ndo: []",
            "6:19 error: unknown member `second` (did you mean `seconds`?)",
        ),
        ("timeout: short\ndo: []", "6:10 error: `use.timeouts` has no `short`"),
    ]);
}

#[test]
fn shared_components_are_found_by_name() {
    documents_say(&[
        (
            "use: {timeouts: {short: {after: PT1S}}}\ntimeout: shrot\ndo: []",
            "6:18 warning: `short` is not used\n7:10 error: `use.timeouts` has no `shrot` (did you mean `short`?)",
        ),
        ("use: {timeouts: {short: {after: PT1S}}}\ntimeout: short\ndo: []", ""),
        (
            "use: {timeouts: {short: {after: 1}}}\ntimeout: short\ndo: []",
            "6:33 error: expected a text or an object, found the number 1",
        ),
        (
            "use: {tiemouts: {}}\ndo: []",
            "6:7 error: unknown member `tiemouts` (did you mean `timeouts`?)",
        ),
        (
            "use: {secrets: [a], extensions: []}\ndo: []",
            "6:7 refused: not supported by this runtime: `use.secrets`\n6:21 refused: not supported by this runtime: `use.extensions`",
        ),
        (
            "use: {extensions: [{log: {extend: al, before: [{a: {sett: {}}}]}}]}\ndo: []",
            "6:7 refused: not supported by this runtime: `use.extensions`\n6:35 error: unknown word `al`: expected `call`, `composite`, `emit`, `for`, `listen`, `raise`, `run`, `set`, `switch`, `try`, `wait` or `all` (did you mean `all`?)\n6:53 error: unknown kind of task `sett` (did you mean `set`?)",
        ),
        (
            "use: {functions: {f: {set: {a: 1}}}, catalogs: {c: {endpoint: 'https://a.example'}}}\ndo: [{a: {call: f}}, {b: {call: 'g:1.0.0@c'}}, {c: {call: ff}}]",
            "7:17 refused: not supported by this runtime: the custom function `f`\n7:33 refused: not supported by this runtime: the catalogued function `g:1.0.0@c`\n7:59 error: unknown function `ff` (did you mean `f`?)",
        ),
        (
            "use: {errors: {gone: {type: 'https://a.example/gone', status: 410}}}\ndo: [{a: {raise: {error: gone}}}]",
            "",
        ),
        (
            "use: {errors: {gone: {type: 'https://a.example/gone'}}}\ndo: [{a: {raise: {error: gone}}}]",
            "6:16 error: `status` is missing",
        ),
        (
            "use: {errors: {gone: {type: x, status: 410, detail: '${ $input }'}}}\ndo: []",
            "6:16 warning: `gone` is not used",
        ),
        (
            "use: {retries: {r: {limit: {attempt: {count: 3}}}}}\ndo: [{a: {try: [{b: {set: {c: 1}}}], catch: {retry: r}}}]",
            "",
        ),
        (
            "use: {retries: {r: {delay: PT1S, when: '$error.x | }'}}}\ndo: [{a: {try: [{b: {set: {c: 1}}}], catch: {retry: q}}}]",
            "6:17 warning: `r` is not used\n6:17 warning: tried again without end: set `limit.attempt.count` or `limit.duration`\n6:52 error: `$error.x | }` does not compile: expected token before `}`\n7:53 error: `use.retries` has no `q` (did you mean `r`?)",
        ),
    ]);
}

#[test]
fn schemas_are_compiled_where_they_stand() {
    documents_say(&[
        (
            "input: {schema: {document: {type: object, properties: {a: {type: string, format: file}}}}}\ndo: []",
            "",
        ),
        (
            "input:\n  schema:\n    document:\n      properties:\n        a:\n          type: strin\ndo: []",
            "11:17 error: not a JSON Schema: \"strin\" is not valid under any of the schemas listed in the 'anyOf' keyword",
        ),
        (
            "input: {schema: {document: {pattern: '(?=a)'}}}\ndo: []",
            "6:38 error: not a JSON Schema: \"(?=a)\" is not a \"regex\"",
        ),
        (
            "input: {schema: {document: {$ref: 'https://a.example/s'}}}\ndo: []",
            "6:35 refused: not supported by this runtime: a reference to another document, `https://a.example/s`",
        ),
        (
            "input: {schema: {document: {$ref: '#/$defs/a'}}}\ndo: []",
            "6:28 error: not a JSON Schema: Pointer '/$defs/a' does not exist",
        ),
        (
            "input: {schema: {format: avro, document: {}}}\ndo: []",
            "6:26 refused: not supported by this runtime: schemas in the format `avro` (did you mean `json`?)",
        ),
        (
            "input: {schema: {resource: {endpoint: 'https://a.example/s'}}}\ndo: []",
            "6:18 refused: not supported by this runtime: a schema from elsewhere",
        ),
        ("input: {schema: {}}\ndo: []", "6:9 error: `document` is missing"),
        (
            "input: {schema: {documents: {}}}\ndo: []",
            "6:18 error: unknown member `documents` (did you mean `document`?)",
        ),
        (
            "output: {schema: {document: 5}}\ndo: []",
            "6:29 error: not a JSON Schema: 5 is not of types \"boolean\", \"object\"",
        ),
    ]);
}
