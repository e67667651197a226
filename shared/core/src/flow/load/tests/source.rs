//! What makes a text unreadable, and what YAML means.

use std::fmt::Write;

use super::support::{HEAD, complaints, flow, say, sound};
use crate::{flow::check, model::limits::MAX_FLOW_BYTES};

#[test]
fn what_cannot_be_read_is_shown_where_it_stands() {
    let table = [
        ("", "1:1 error: the document is empty"),
        ("# nothing\n", "1:1 error: the document is empty"),
        ("a: 1\nb: 2\na: 3\n", "3:1 error: `a` stands here twice, first on line 1"),
        (r#"{"a": 1, "a": 2}"#, "1:10 error: `a` stands here twice, first on line 1"),
        (
            "a: &x 1\nb: *x\n",
            "2:4 error: aliases are not read: write the value out, or share it under `use`",
        ),
        ("a: 1\n---\nb: 1\n", "3:1 error: a second document: a flow is a single one"),
        ("a: 1\n2: b\n", "2:1 error: a name must be a text: quote it"),
        ("? [a]\n: b\n", "1:3 error: a name must be a text: quote it"),
        ("a: .inf\n", "1:4 error: `.inf` is not a number that JSON knows"),
        ("a: [1, 1e999]\n", "1:8 error: the number is too large"),
        (
            "a: 123456789012345678901234567890\n",
            "1:4 error: the number has too many digits: quote it to keep it as a text",
        ),
        ("a: !secret x\n", "1:4 error: the tag `!secret` is not known"),
        ("a: !!binary eA==\n", "1:4 error: `eA==` is not of the type that its tag says"),
        ("a: !!int x\n", "1:4 error: `x` is not of the type that its tag says"),
        ("a: !!map [1]\n", "1:4 error: `!!map` does not fit here"),
        (
            "a: b: c\n",
            "1:5 error: not readable as YAML: mapping values are not allowed in this context",
        ),
        (
            "a: [1\n",
            "2:1 error: not readable as YAML: while parsing a flow sequence, expected ',' or ']'",
        ),
        ("- a\n", "1:1 error: a flow is an object with `document` and `do`"),
        ("hello", "1:1 error: a flow is an object with `document` and `do`"),
    ];
    say(table.into_iter().map(|(text, said)| (text.to_owned(), said)));
}

#[test]
fn size_and_depth_have_limits() {
    let large = "#".repeat(MAX_FLOW_BYTES + 1);
    assert_eq!(complaints(&large), "1:1 error: the flow is larger than 262144 bytes");
    let deep = "[".repeat(200);
    assert_eq!(complaints(&deep), "1:65 error: nested deeper than 64 levels");
    let deep = (0..100).fold(String::new(), |mut text, level| {
        writeln!(text, "{}a:", " ".repeat(level)).unwrap();
        text
    });
    assert_eq!(complaints(&deep), "64:64 error: nested deeper than 64 levels");
}

#[test]
fn json_is_read_with_the_columns_of_its_author() {
    let escaped = r#"{"document": {"dsl": "1.0.3", "namespace": "a", "name": "b", "version": "1.0.0"},
	"do": [{"a": {"set": {"a": "\ud83d\ude00 \ud83d\ude00", "b": "${ . | }"}}}]}"#;
    assert!(
        complaints(escaped).starts_with("2:70 error: `. |` does not compile"),
        "{}",
        complaints(escaped)
    );
    let plan = sound(&escaped.replace("${ . | }", "x")).plan;
    assert!(format!("{plan:?}").contains("😀 😀"));
}

#[test]
fn scalars_are_those_of_yaml_1_2() {
    let text =
        flow("  - a:\n      set: {a: yes, b: 1.0.0, c: '1', d: 0x10, e: !!str 1, f: on, g: ~}\n");
    let plan = format!("{:?}", sound(&text).plan);
    let set = r#"Literal(Object {"a": String("yes"), "b": String("1.0.0"), "c": String("1"), "d": Number(16), "e": String("1"), "f": String("on"), "g": Null})"#;
    assert!(plan.contains(set), "{plan}");
}

#[test]
fn faults_carry_json_pointers() {
    let text = format!(
        "{HEAD}do:\n  - a/b:\n      call: http\n      with: {{metod: get, endpoint: 'https://a.example'}}\n"
    );
    let faults = check(&text).unwrap_err();
    let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["/do/0/a~1b/with/metod"]);
    assert_eq!(faults[0].suggestion.as_deref(), Some("method"));
}
