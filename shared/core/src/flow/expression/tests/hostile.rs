//! Programs written to break the worker. Each runs on a thread with half of the stack of a tokio worker, for the
//! other half is the caller's, in a debug build, whose stack frames are the largest, and under the limits of production. That the
//! process is still there at the end is what these tests are about; the expected ends keep the tables honest.

use crate::flow::expression::{CompileError, EvaluationError, Expression, Limits, Variables};
use serde_json::{Value, json};
use std::thread;

const HALF_A_WORKERS_STACK_BYTES: usize = 1 << 20;

pub(super) fn on_worker<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(HALF_A_WORKERS_STACK_BYTES);
        worker.spawn_scoped(scope, f).unwrap().join().unwrap()
    })
}

fn evaluate(program: &str) -> Result<Value, EvaluationError> {
    let deep = (0..90).fold(json!(1), |inner, _| json!([inner]));
    on_worker(|| {
        let expression = Expression::compile(program, &["deep"])
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        expression.evaluate(&Value::Null, &Variables::new().with("deep", &deep))
    })
}

fn all_are_stopped(programs: &[&str]) {
    for program in programs {
        let end = evaluate(program);
        assert!(matches!(end, Err(EvaluationError::LimitExceeded(_))), "{program}: {end:.200?}");
    }
}

#[test]
fn endless_recursion_is_stopped() {
    all_are_stopped(&[
        "def f: f; f",
        "def f: def g: f; g; f",
        "def f: f | f; f",
        "def f: 1 + f; f",
        "def f: -f; f",
        "def f: [f]; f",
        "def f: {a: f}; f",
        "def f: {(f): 1}; f",
        "def f: f, 1; last(f)",
        "def f: 1, f; [f]",
        "def f: (1, f) | select(false); f",
        "def f: try f catch f; f",
        "def f: try error catch f; f",
        "def f: try (f | error) catch f; f",
        "def f: label $x | (f, break $x); f",
        "def f: reduce 1 as $x (.; f); f",
        "def f: reduce (1, f) as $x (0; 1); f",
        "def f: foreach f as $x (0; 1); f",
        "def f: . as [$a, $b] | f; f",
        "def f: if f then 1 else 2 end; f",
        "def f: f // 1; f",
        "def f: f and f; f",
        "def f: \"\\(f)\"; f",
        "def f: .[f]; f",
        "def f: .[0] |= f; f",
        "def f: .[0] | f; f = 1",
        "def f: first(f); f",
        "def f: limit(1; f); f",
        "def f: isempty(f); f",
        "def f: walk(f); f",
        "def f: [1] | map(f); f",
        "def f: tojson | f; f",
        "def f: [., .] | f; f",
        "def f: . + . | f; \"a\" | f",
        "def f(x): [x] | f(x, x); f(1)",
        "def r: ., (.[0] = . | r); last(r)",
        "def r: (.[1] |= r), r; [] | r",
    ]);
}

#[test]
fn endless_lists_inside_the_interpreter_are_stopped_and_dropped() {
    let closures = ["."; 400].join("; ");
    let parameters = (0..400).map(|index| format!("p{index}")).collect::<Vec<_>>().join("; ");
    let many = format!("def f({parameters}): f({closures}); f({closures})");
    let some =
        "def f(a; b; c; d; e; g; h; i): f(.; .; .; .; .; .; .; .); f(.; .; .; .; .; .; .; .)";
    all_are_stopped(&[
        &many,
        some,
        "def f(g): f(g | .); f(.)",
        "def f(g): f(g | .) | .; f(.)",
        "def f(a; b; c): f(a | b; b | c; c | a); f(.; .; .)",
        "def f(g): g | f(g | g); f(.)",
        "def f(g): def h: g | f(h); h; f(.)",
        "def f(g): if . > 20000 then g else . + 1 | f(g | .) end; 0 | f(.)",
        "def f($x; g): f(1; g); f(1; .)",
        "def f: .[0] | f; path(f)",
        "def f: .[0][0][0][0][0][0] | f; path(f)",
        "path(last(repeat(.[0])))",
        "path(getpath([range(100000) | 0]))",
        "path(reduce range(100000) as $i (.; .[0]))",
        "setpath([range(100000) | 0]; 1)",
        "[limit(20000; path(recurse(.[0])))] | length",
    ]);
}

#[test]
fn endless_loops_are_stopped() {
    all_are_stopped(&[
        "[range(1e9)]",
        "[range(0; infinite)]",
        "[range(0; 1; 1e-300)]",
        "[range(nan; 1)]",
        "last(range(1e18))",
        "reduce range(1e9) as $i (0; . + $i)",
        "foreach range(1e9) as $i (0; 1; empty)",
        "[repeat(1)]",
        "last(repeat(empty))",
        "isempty(repeat(1) | empty)",
        "first(repeat(1) | select(false))",
        "[limit(1e9; repeat(1))]",
        "[skip(1e9; repeat(1))]",
        "[nth(1e18; repeat(1))]",
        "until(false; .)",
        "last(while(true; .))",
        "last(1 | .[range(1e9)]?.a?.a?.a?.a?.a?.a?.a?.a?.a?.a?.a?.a?.a?.a?.a?.a?)",
        "last(recurse(.))",
        "recurse(.; true) | empty",
        "all(repeat(.); . == null)",
        "[1, 2] | combinations(1e9)",
        "[range(50) | [range(10)]] | last(combinations)",
        "[range(1000)] | [.[] as $a | .[] as $b | .[] as $c | 1]",
        "[range(1e5)] | sort_by(repeat(1))",
        "[1, 2] | group_by(repeat(1))",
        "[1, 2] | min_by(repeat(1))",
        "[range(1e4)] | until(length == 0; .[1:])",
        "\"a\" * 1e7 | indices(\"a\" * 5e6) | length",
        "(\"a\" * 1e7) as $k | {($k): 1} | last(range(1e9) as $i | .[$k])",
        "(\"a\" * 1e7) as $k | {($k): 1} | last(range(1e9) as $i | has($k))",
        "(\"1\" * 1e7) as $n | last(range(1e9) as $i | $n | tonumber)",
        "(\"a\" * 1e7) as $t | (\"a\" * 5e6 + \"b\") as $p | last(range(1e9) as $i | $t | ltrimstr($p))",
        "(\"a\" * 1e7) as $t | (\"a\" * 5e6 + \"b\") as $p | last(range(1e9) as $i | $t | startswith($p))",
        "(\"a\" * 1e7) as $t | last(range(1e9) as $i | $t | contains(\"b\"))",
        "(\"a\" * 1e7) as $t | last(range(1e9) as $i | $t == $t)",
        "(\"a\" * 1e7) as $t | last(range(1e9) as $i | $t | length)",
        "(\"a\" * 1e7) as $t | last(range(1e9) as $i | $t | try test($t) catch 1)",
        "(\"g\" * 1e7) as $t | last(range(1e9) as $i | \"a\" | try test(\"a\"; $t) catch 1)",
    ]);
}

#[test]
fn doubling_is_stopped() {
    all_are_stopped(&[
        "reduce range(100) as $i (\"x\"; . + .)",
        "reduce range(100) as $i ([1]; . + .)",
        "reduce range(90) as $i ([1]; [., .])",
        "reduce range(90) as $i ([1]; [., .]) | tojson",
        "reduce range(90) as $i ([1]; [., .]) | tostring | length",
        "reduce range(90) as $i ([1]; [., .]) | \"\\(.)\" | length",
        "reduce range(90) as $i ([1]; [., .]) | flatten",
        "reduce range(90) as $i ([1]; [., .]) | [paths] | length",
        "reduce range(90) as $i ([1]; [., .]) | walk(.)",
        "reduce range(90) as $i ([1]; [., .]) | error",
        "try (reduce range(90) as $i ([1]; [., .]) | error) catch tojson",
        "[1, 1] as [$i, $j] | [$i, $j | reduce range(90) as $k (.; [., .])] | .[0] == .[1]",
        "[1, 1] as [$i, $j] | [$i, $j | reduce range(90) as $k (.; [., .])] | sort",
        "[1, 1] as [$i, $j] | [$i, $j | reduce range(90) as $k (.; [., .])] | . as $x | .[0] | contains($x[1])",
        "reduce range(90) as $i ({}; {a: ., b: .}) | . * .",
        "[reduce range(90) as $i ({}; {a: ., b: .})] | unique == [reduce range(90) as $i ({}; {a: ., b: .})]",
        "\"x\" * 1e9",
        "\"x\" * 1e18",
        "\"abc\" * 1e7 | explode",
        "\"a,\" * 1e7 | split(\",\")",
        "\"\\u0000\" * 1e7 | tojson",
        "\" \" * 2e7 | @uri",
        "\"a\" * 3e7 | @base64",
        "\"<\" * 1e7 | @html",
        "\"'\" * 3e7 | @sh",
        "\"a\" * 1e6 | gsub(\"a\"; \"bbbbbbbb\")",
        "[range(1e6)] | implode",
        "[limit(1e5; repeat(\"1\" * 1e5))] | length",
        "[range(1e5)] | join(\",\" * 1000)",
        "[range(1e5)] | reduce .[] as $i (.; . as $x | .[$i] = 1) | length",
        "\"[\" * 1e7 | fromjson",
        "\"[\" + (\"[],\" * 1e6) + \"1]\" | fromjson",
        "setpath([1e9]; 1)",
        ".[1e9] = 1",
        "[] | .[1e18] = 1",
        "[] | .[infinite] = 1",
    ]);
}

#[test]
fn deep_values_are_stopped() {
    all_are_stopped(&[
        "reduce range(100000) as $i (0; [.])",
        "reduce range(100000) as $i (0; {a: .})",
        "reduce range(100000) as $i (0; {} + {a: .})",
        "reduce range(100000) as $i ([]; .[0] = .)",
        "reduce range(100000) as $i ([]; .[:1] = [.])",
        "reduce range(3000) as $i ({}; . * {\"\\($i)\": .}) | length",
        "setpath([range(200) | \"a\"]; 1)",
        "(\"[\" * 120) + (\"]\" * 120) | fromjson",
        "$deep | [[[[[[[[[[[[.]]]]]]]]]]]]",
    ]);
}

#[test]
fn hostile_patterns_are_stopped_or_refused() {
    all_are_stopped(&[
        "\"a\" * 1e5 | [match(\"a*b|a\"; \"g\")] | length",
        "[range(100000) | tostring | test(\"[a-z\\(.)]{50}\")] | length",
    ]);
    for program in [
        "test(\"(((((a{100}){100}){100}){100}){100})\")",
        "test(\"\\\\w{5000}\")",
        "test(\"(\" * 2000)",
        "test(\"a\" * 5000)",
        "test(\"(a)\\\\1\")",
    ] {
        let end = evaluate(&format!("\"a\" | {program}"));
        assert!(
            matches!(&end, Err(EvaluationError::Failed(message)) if message.starts_with("Regex failure")),
            "{program}: {end:?}"
        );
    }
}

#[test]
fn impossible_arguments_fail() {
    for program in [
        "-9223372036854775808 | [.] | implode",
        "[1114112, 55296] | implode",
        "[nan] | implode",
        "1e300 | todate",
        "9223372036854775807 | todate",
        "[1e18, 1e18, 1, 1, 1, 1] | mktime",
        "[2020, 127, 127, 127, 127, 127] | mktime",
        "0 | strftime(\"%1000d\")",
        "0 | strftime(\"%d\" * 1000)",
        "\"9\" * 200 | fromdate",
        "\"x\" * 1e6 | fromdate",
        "\"1\" * 1e6 | fromjson",
        "\"[\" * 1e5 | fromjson",
        "[.] | .[-1e9] = 1",
        "[1] | flatten(-1)",
        "5 % 0.5",
        "getpath(1)",
        "delpaths([1])",
        "path(1)",
        "{(1): 2}",
        "limit(\"a\"; 1)",
        "[range([]; {})]",
        "[range(100)] | error",
    ] {
        let end = evaluate(program);
        assert!(
            matches!(&end, Err(EvaluationError::Failed(message)) if !message.contains("interpreter")),
            "{program}: {end:?}"
        );
    }
}

#[test]
fn odd_but_harmless_programs_end_well() {
    for (program, result) in [
        ("\"\" * 1e18", json!("")),
        ("[limit(-1; 1)]", json!([])),
        ("[limit(0; repeat(1))]", json!([])),
        ("first(range(0; 10; 0))", json!(0)),
        ("any(repeat(.); . == null)", json!(true)),
        ("[limit(3; 0 | repeat(. + 1))]", json!([1, 1, 1])),
        ("[label $x | def f: break $x; 1, f, 2]", json!([1])),
        ("[] | .[1e300:1e301] = [1]", json!([1])),
        ("[1, 2] | .[-infinite:infinite]", json!([1, 2])),
        ("-9223372036854775808 % -1", json!(0)),
        ("[range(50000)] | sort_by(-.) | length", json!(50_000)),
        ("[range(30000)] - [range(30000)] | length", json!(0)),
        ("reduce range(20000) as $i (\"\"; . + \"x\") | length", json!(20_000)),
        ("def fac: if . <= 1 then 1 else . + (. - 1 | fac) end; 2000 | fac", json!(2_001_000)),
        ("\"word \" * 4000 | [scan(\"\\\\w+\")] | length", json!(4_000)),
        ("\"a\" * 1e5 | test(\"(a*)*b\")", json!(false)),
        ("delpaths([[range(100000) | 0]])", Value::Null),
        ("$deep == ($deep | tojson | fromjson)", json!(true)),
        ("[$deep, $deep] | unique | length", json!(1)),
        ("$deep | [..] | length", json!(91)),
        ("$deep | flatten", json!([1])),
        ("$deep | getpath([range(89) | 0])", json!([1])),
        ("\"\\(\"\\(\"\\(1)\")\")\"", json!("1")),
    ] {
        assert_eq!(evaluate(program), Ok(result), "{program}");
    }
}

/// Compiles and, where that works, evaluates and drops.
fn survive(source: &str) -> Result<(), CompileError> {
    on_worker(|| {
        let expression = Expression::compile(source, &[])?;
        let _ = expression.evaluate(&Value::Null, &Variables::new());
        Ok(())
    })
}

#[test]
fn deep_sources_do_no_harm() {
    let most = Limits::MAX_SOURCE_BYTES - 20;
    let repeated = |part: &str| part.repeat(most / part.len());
    for part in [
        "-",
        "1+",
        "1-",
        ".|",
        "1,",
        ".//",
        "try ",
        "1 as $x|",
        ".a",
        ".[0]",
        "?",
        "not|",
        "label $x|",
        "def f:",
        "if 1 then ",
        "reduce ",
        "def f: 1; ",
        "1 as [$a]|",
        ". as $x | ",
    ] {
        // Whether it is a program depends on the part; that there is an answer is what counts.
        let _ = survive(&format!("{}1", repeated(part)));
    }
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}1{}", open.repeat(depth), close.repeat(depth))
    };
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a:", "}"),
        ("\"\\(", ")\""),
        (".[", "]"),
        ("if 1 then (", ") end"),
        ("def f: (", "); 1"),
        ("1|map(", ")"),
    ] {
        let _ = survive(&nested(open, close, 60));
        assert!(survive(&nested(open, close, 1_000)).is_err());
        assert!(survive(&open.repeat(most / open.len())).is_err());
    }
    let path = |part: &str, count: usize| {
        let start = if part.starts_with('.') { "" } else { "." };
        survive(&format!("{start}{}", part.repeat(count)))
    };
    for part in ["[0]", ".a", ".a?", "[range(9)]?", ".[1:]", "[]?", ".\"a\"", "[\"\\(.)\"]"] {
        assert_eq!(path(part, Limits::MAX_PATH_PARTS - 1), Ok(()), "{part}");
        assert!(path(part, 2_000).is_err(), "{part}");
    }
    let pattern = format!(". as {}$x{} | $x", "[".repeat(120), "]".repeat(120));
    assert_eq!(survive(&pattern), Ok(()));
    let long = survive(&" ".repeat(Limits::MAX_SOURCE_BYTES + 1)).unwrap_err();
    assert_eq!(long.message, "the expression is longer than 16384 bytes");
}

#[test]
fn short_sources_need_little_of_the_stack_of_their_caller() {
    let most = Limits::MAX_SOURCE_BYTES_IN_PLACE;
    let filled = |open: &str, close: &str| {
        let depth = (most - 1) / (open.len() + close.len());
        format!("{}1{}", open.repeat(depth), close.repeat(depth))
    };
    let parts =
        ["-", "1+", ".//", "try ", "1 as $x|", "label $x|", "def f:", "if 1 then ", ".a", ".|"];
    let pairs =
        [("(", ")"), ("[", "]"), ("{a:", "}"), ("\"\\(", ")\""), (".[", "]"), ("def f:(", ");1")];
    let pairs = pairs.into_iter().chain(parts.map(|part| (part, "")));
    for (open, close) in pairs.chain([("[", ""), ("(", ""), ("\"\\(", "")]) {
        let source = filled(open, close);
        assert!(source.len() <= most);
        // A quarter of a worker's; whether it is a program depends on the part.
        thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(512 << 10);
            let compiled = thread.spawn_scoped(scope, || drop(Expression::compile(&source, &[])));
            assert!(compiled.unwrap().join().is_ok(), "{source}");
        });
    }
}

#[test]
fn many_hostile_evaluations_at_once_do_no_harm() {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                all_are_stopped(&["def f(g): f(g | .); f(.)", "def f: [f]; f", "[repeat(1)]"]);
            });
        }
    });
}
