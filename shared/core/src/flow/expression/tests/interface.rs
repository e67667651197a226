//! What callers rely on: unwrapping, compile errors with offsets, variables, outputs, limits.

use crate::flow::expression::{
    CompileError, EvaluationError, Expression, Limit, Limits, Variables, unwrap,
};
use serde_json::{Value, json};

fn compile_error(source: &str) -> CompileError {
    Expression::compile(source, &["input", "context", "workflow"]).unwrap_err()
}

#[test]
fn a_strict_expression_is_one_whole_pair_of_braces() {
    assert_eq!(unwrap("${ .a + 1 }"), Some(".a + 1"));
    assert_eq!(unwrap("  ${.a} "), Some(".a"));
    assert_eq!(unwrap("${ { reply: .a } }"), Some("{ reply: .a }"));
    for plain in ["", ".a", "hello ${ .a }", "${ .a", "$ { .a }", "{ .a }", "${ .a } ${ .b }!"] {
        assert_eq!(unwrap(plain), None, "{plain}");
    }
}

#[test]
fn a_compiled_expression_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Expression>();
}

#[test]
fn unknown_names_are_reported_where_they_stand_with_a_suggestion() {
    let cases = [
        (". | lenght", "unknown function `lenght`; did you mean `length`?", 4),
        ("[.[] | selct(.a)]", "unknown function `selct`; did you mean `select`?", 7),
        ("$contxt.a", "unknown variable `$contxt`; did you mean `$context`?", 0),
        ("1 + $nothing", "unknown variable `$nothing`", 4),
        ("frobnicate(1)", "unknown function `frobnicate`", 0),
        (". | map", "`map` takes 1 arguments, not 0", 4),
        ("length(1)", "`length` takes 0 arguments, not 1", 0),
        ("def f: 1; f | g", "unknown function `g`", 14),
        ("break $out", "unknown label `$out`", 6),
    ];
    for (source, message, offset) in cases {
        let error = compile_error(source);
        assert_eq!((error.message.as_str(), error.offset), (message, Some(offset)), "{source}");
    }
}

#[test]
fn syntax_errors_are_reported_where_they_stand() {
    let cases = [
        ("", "expected term, found the end", 0),
        (".a +", "expected term, found the end", 4),
        (".a | | .b", "expected term, found `|`", 5),
        ("(.a", "expected closing parenthesis before the end", 3),
        ("{a: }", "expected term, found `}`", 4),
        ("if .a then 1", "expected else or end, found the end", 12),
        ("\"abc", "expected closing quote before the end", 4),
        (".a .b &", "expected token before `&`", 6),
    ];
    for (source, message, offset) in cases {
        let error = compile_error(source);
        assert_eq!((error.message.as_str(), error.offset), (message, Some(offset)), "{source}");
    }
}

#[test]
fn whatever_reaches_outside_is_refused_by_name() {
    let names = [
        "env",
        "$ENV",
        "now",
        "localtime",
        "0 | strflocaltime(\"%Z\")",
        "input",
        "inputs",
        "input_filename",
        "input_line_number",
        "$__loc__",
        "$__prog_args",
        "debug",
        "debug(\"x\")",
        "stderr",
        "halt",
        "halt_error",
        "halt_error(1)",
        "get_search_list",
        "import \"a\" as a; .",
        "import \"/etc/passwd\" as $a; $a",
        "include \"a\"; .",
        "modulemeta",
        "jn(2147483647; 1)",
    ];
    for source in names {
        let message = compile_error(source).message;
        assert!(message.contains("is not available in expressions: "), "{source}: {message}");
    }
    for source in ["error_empty", "escape_sh", "path_value(.)", "module {}; ."] {
        Expression::compile(source, &[]).unwrap_err();
    }
}

#[test]
fn variables_are_those_that_were_declared() {
    let expression =
        Expression::compile("[.a, $context.x, $input]", &["context", "input", "workflow"]).unwrap();
    let (input, context) = (json!({"a": 1}), json!({"x": 2}));
    let variables = Variables::new().with("context", &context).with("unused", &context);
    assert_eq!(expression.evaluate(&input, &variables), Ok(json!([1, 2, null])));
    assert_eq!(
        expression.evaluate(&input, &variables.with("input", &input)),
        Ok(json!([1, 2, {"a": 1}]))
    );
}

#[test]
fn a_plain_path_gives_what_the_interpreter_gives() {
    let values =
        [json!(null), json!({"a": {"b": [1.0]}}), json!({"a": 5}), json!([1]), json!({"a": null})];
    for value in &values {
        for (plain, same) in
            [(".a.b", ".a.b | ."), ("$v.a.b", "$v.a.b | ."), (".", ". | ."), ("$v.a", "$v | .a")]
        {
            let variables = Variables::new().with("v", value);
            let run = |source: &str| {
                Expression::compile(source, &["v"]).unwrap().evaluate(value, &variables)
            };
            assert_eq!(run(plain), run(same), "{plain} of {value}");
        }
    }
}

#[test]
fn one_result_is_expected_and_none_is_null() {
    let run = |source| {
        Expression::compile(source, &[]).unwrap().evaluate(&Value::Null, &Variables::new())
    };
    assert_eq!(run("empty"), Ok(Value::Null));
    let Err(EvaluationError::Failed(message)) = run("1, 2") else {
        panic!("two results pass for one")
    };
    assert!(message.contains("several results"), "{message}");
}

#[test]
fn each_limit_stops_an_evaluation_and_says_which() {
    let generous = Limits::default();
    let cases = [
        ("[range(1000)] | length", Limits { work: 500, ..generous }, Limit::Work),
        ("[limit(100; repeat(1))] | length", Limits { work: 500, ..generous }, Limit::Work),
        ("\"abc\" * 1000 | length", Limits { memory_bytes: 2_000, ..generous }, Limit::Memory),
        ("def f: 1 + f; f", Limits { stack_bytes: 100_000, ..generous }, Limit::Stack),
        ("reduce range(101) as $i (0; [.]) | length", generous, Limit::Nesting),
        ("[range(100)]", Limits { output_bytes: 100, ..generous }, Limit::Output),
    ];
    for (source, limits, limit) in cases {
        let expression = Expression::compile(source, &[]).unwrap();
        let stopped = expression.evaluate_within(&limits, &Value::Null, &Variables::new());
        assert_eq!(stopped, Err(EvaluationError::LimitExceeded(limit)), "{source}");
    }
}

#[test]
fn a_program_cannot_catch_a_limit() {
    let limits = Limits { work: 10_000, ..Limits::default() };
    for source in [
        "try last(repeat(1)) catch 1",
        "(last(repeat(1)))? // 1",
        "first((last(repeat(1))?), 1)",
        "[.[]?, (try (def f: f; f) catch 1)]",
    ] {
        let expression = Expression::compile(source, &[]).unwrap();
        let stopped = expression.evaluate_within(&limits, &Value::Null, &Variables::new());
        assert_eq!(stopped, Err(EvaluationError::LimitExceeded(Limit::Work)), "{source}");
    }
}

#[test]
fn an_evaluation_leaves_nothing_behind_for_the_next() {
    let (hostile, harmless) = (
        Expression::compile("def f: f; f", &[]).unwrap(),
        Expression::compile("[.[] + 1]", &[]).unwrap(),
    );
    for _ in 0..3 {
        assert_eq!(
            hostile.evaluate(&Value::Null, &Variables::new()),
            Err(EvaluationError::LimitExceeded(Limit::Work))
        );
        assert_eq!(harmless.evaluate(&json!([1]), &Variables::new()), Ok(json!([2])));
    }
}

#[test]
fn a_long_error_is_cut_between_characters() {
    let expression = Expression::compile("\"é\" * 5000 | error", &[]).unwrap();
    let Err(EvaluationError::Failed(message)) =
        expression.evaluate(&Value::Null, &Variables::new())
    else {
        panic!("no error")
    };
    assert!(message.len() <= 1030 && message.ends_with('…'));
}

#[test]
fn an_input_nested_too_deeply_is_stopped() {
    let deep = (0..120).fold(json!(1), |inner, _| json!([inner]));
    let expression = Expression::compile("length", &[]).unwrap();
    assert_eq!(
        expression.evaluate(&deep, &Variables::new()),
        Err(EvaluationError::LimitExceeded(Limit::Nesting))
    );
}
