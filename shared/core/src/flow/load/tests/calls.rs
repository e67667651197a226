//! What is said about calls, their endpoints and credentials.

use super::support::{flow, say, tasks_say};

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
