//! What is said about expressions.

use super::support::{complaints, flow, sound, tasks_say};

#[test]
fn faults_in_expressions_are_shown_inside_the_text() {
    tasks_say(&[
        (
            "  - a: {set: {b: '${ .c | lenght }'}}\n",
            "7:27 error: `.c | lenght` does not compile: unknown function `lenght`; did you mean `length`?",
        ),
        (
            "  - a:\n      set:\n        b: ${ .c |\n",
            "9:12 warning: `${ … }` is evaluated only as a whole text: `${ \"… \\(.name) …\" }`",
        ),
        (
            "  - a: {if: '.c ==', set: {b: 1}}\n",
            "7:19 error: `.c ==` does not compile: expected term, found the end",
        ),
        (
            "  - a:\n      input:\n        from: |\n          .a |\n            nope\n      set: {b: 1}\n",
            "11:13 error: `.a | nope` does not compile: unknown function `nope`; did you mean `not`?",
        ),
        ("  - a: {set: '${}'}\n", "7:14 error: the expression is empty"),
    ]);
}

#[test]
fn variables_are_known_where_the_language_says() {
    tasks_say(&[
        ("  - a: {set: {b: '${ $context + $input + $task + $workflow + $runtime }'}}\n", ""),
        ("  - a: {set: {b: '${ $output }'}}\n", "7:22 error: `$output` is not known here"),
        ("  - a: {if: $input.x, set: {b: 1}}\n", "7:13 error: `$input` is not known here"),
        (
            "  - a: {input: {from: $input.x}, set: {b: 1}}\n",
            "7:23 error: `$input` is not known here",
        ),
        (
            "  - a: {output: {as: $input.x}, set: {b: '${ $context.c }'}, export: {as: $output}}\n",
            "",
        ),
        (
            "  - a: {set: {b: '${ $secrets.key }'}}\n",
            "7:22 refused: not supported by this runtime: `$secrets`",
        ),
        (
            "  - a: {set: {b: '${ $authorization.scheme }'}}\n",
            "7:22 refused: not supported by this runtime: `$authorization`",
        ),
    ]);
}

#[test]
fn texts_that_look_like_expressions_are_pointed_out() {
    tasks_say(&[
        (
            "  - a: {set: {b: .foo}}\n",
            "7:18 warning: `.foo` is only text (did you mean `${ .foo }`?)",
        ),
        (
            "  - a: {set: {b: [{c: $context.x}]}}\n",
            "7:23 warning: `$context.x` is only text (did you mean `${ $context.x }`?)",
        ),
        (
            "  - a: {set: {b: 'Hello ${ .name }!'}}\n",
            "7:18 warning: `${ … }` is evaluated only as a whole text: `${ \"… \\(.name) …\" }`",
        ),
        (
            "  - a: {set: .foo}\n",
            "7:14 error: a text here must be an expression, `${ … }` (did you mean `${ .foo }`?)",
        ),
        ("  - a: {set: {b: ...}}\n", ""),
    ]);
}

#[test]
fn a_context_that_nothing_reads_is_pointed_out() {
    tasks_say(&[
        (
            "  - a: {set: {b: 1}, export: {as: .b}}\n  - b: {set: {c: '${ .b }'}}\n",
            "7:22 warning: `export` fills `$context`, which nothing reads (did you mean `output`?)",
        ),
        (
            "  - a: {set: {b: 1}, export: {as: '$context + {b: .b}'}}\n",
            "7:22 warning: `export` fills `$context`, which nothing reads (did you mean `output`?)",
        ),
        ("  - a: {set: {b: 1}, export: {as: .b}}\n  - b: {set: {c: '${ $context }'}}\n", ""),
    ]);
}

#[test]
fn transformations_need_no_marks_and_values_do() {
    let text = flow(
        "\
  - a:
      if: ${ .go }
      input: {from: .a}
      set: {b: .c, d: '${ .e }', f: [1, '${ .g }']}
      output: {as: {h: '${ .i }', j: .k}}
",
    );
    let plan = format!("{:?}", sound(&text).plan);
    for part in [
        r#"condition: Some(Expression(".go"))"#,
        r#"input_from: Some(Expression(Expression(".a")))"#,
        r#"Set(Object([("b", Literal(String(".c"))), ("d", Expression(Expression(".e"))), ("f", Array([Literal(Number(1)), Expression(Expression(".g"))]))]))"#,
        r#"output_as: Some(Object([("h", Expression(Expression(".i"))), ("j", Literal(String(".k")))]))"#,
    ] {
        assert!(plan.contains(part), "{part}\n{plan}");
    }
    assert_eq!(complaints(&text).lines().count(), 2);
}
