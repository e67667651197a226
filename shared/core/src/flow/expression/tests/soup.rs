//! Programs made at random, on the stack of a tokio worker: whatever they do, the worker survives, and what they
//! do, they do again.

use super::hostile::on_worker;
use crate::flow::expression::{EvaluationError, Expression, Limit, Limits, Variables};
use proptest::prelude::*;
use serde_json::json;

/// For programs that rarely parse.
const TOKENS: &str = r#"
. .. .a .b [] .[] .[0] .[1:] ? [ ] { } ( ) | , : ; // + - * / % == < and or not = |= += //=
if then else end try catch reduce foreach as $x $context def f g f: label break empty error
null true 0 1 -1 1e9 nan infinite "a" "\(.)" "(a*)*" range(9) repeat(.) recurse limit(3;
first( last( map( path( paths del( getpath( setpath( select( sort group_by( unique add
length keys to_entries from_entries flatten tojson fromjson tostring tonumber explode
implode split( test( gsub( splits( @base64 @sh @csv todate mktime strftime( walk( tostream
transpose until( while( combinations join( indices( ltrimstr( contains( has( min_by( any(
limit( reverse
"#;

/// For programs that always parse: the smallest.
const LEAVES: &str = r#"
. .a .[]? .[0] .. 1 -1 1e9 null "ab" [1,2] {"a":[1]} $context range(5) repeat(.) recurse
empty error length keys add tojson nan infinite f explode implode sort paths reverse flatten
to_entries tostream transpose todate mktime gmtime @sh @csv @base64d fromjson tonumber
combinations
"#;

/// And how to make greater ones of three others.
const TEMPLATES: &str = r#"
(A | B)  (A, B)  (A // B)  (A + B)  (A * B)  (A - B)  (A / B)  (A % B)  (A == B)  (A < B)
[A]  {a: A, b: B}  {(A | tojson): B}  (A |= B)  (A = B)  (A += B)  del(A)  path(A)
[limit(7; A)]  first(A)  last(A)  (try A catch B)  (if A then B else C end)
(reduce A as $x (B; C))  (foreach A as $x (B; C))  (A as $x | B | C | $x)
(A as [$x, {a: $y}] | B | $y)  (def f: A; B)  (def f(g): A | g; f(B))
(label $out | A | break $out)  map(A)  select(A)  sort_by(A)  group_by(A)  until(A; B)
[limit(9; while(A; B))]  walk(A)  any(A; B)  getpath([A])  setpath([A]; B)  delpaths([[A]])
A[B:C]?  A[B]  "x\(A)y"  gsub("a"; A)  test(A)  split(A)  splits(A)  join(A)  contains(A)
has(A)  indices(A)  ltrimstr(A)  range(A; B; C)  min_by(A)  skip(A; B)  nth(A; B)
fromstream(A)  with_entries(A)  pick(A)  INDEX(A)  IN(A)  strftime(A)  flatten(A)  pow(A; B)
ldexp(A; B)
"#;

fn words(list: &'static str) -> Vec<&'static str> {
    list.split_whitespace().collect()
}

fn program() -> impl Strategy<Value = String> {
    let templates: Vec<&str> = TEMPLATES
        .lines()
        .flat_map(|line| line.split("  "))
        .filter(|text| !text.is_empty())
        .collect();
    let leaf = prop::sample::select(words(LEAVES)).prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, move |inner| {
        let template = prop::sample::select(templates.clone());
        (template, inner.clone(), inner.clone(), inner).prop_map(|(template, a, b, c)| {
            let fill = |char: char| match char {
                'A' => a.clone(),
                'B' => b.clone(),
                'C' => c.clone(),
                other => other.to_string(),
            };
            template.chars().map(fill).collect()
        })
    })
}

fn try_twice(source: &str) {
    let limits = Limits { work: 20_000, memory_bytes: 1 << 20, ..Limits::default() };
    let input = json!({"a": [1, "b", null, {"a": 2.5}], "b": "text", "c": {"d": true}});
    let source = format!("def f: .; {source}");
    let outcomes = on_worker(|| {
        let expression = Expression::compile(&source, &["context"]).ok()?;
        let variables = Variables::new().with("context", &input);
        let run = || expression.evaluate_within(&limits, &input, &variables);
        Some((run(), run()))
    });
    let Some((once, again)) = outcomes else {
        return;
    };
    // Regular expressions pay by the clock, so only near the limit a program may end in two ways.
    let limit = Err(EvaluationError::LimitExceeded(Limit::Work));
    if once != limit && again != limit {
        assert_eq!(once, again, "{source}");
    }
}

proptest! {
    #[test]
    fn programs_of_random_tokens_do_no_harm(tokens in prop::collection::vec(prop::sample::select(words(TOKENS)), 1..30)) {
        try_twice(&tokens.join(" "));
    }

    #[test]
    fn random_programs_do_no_harm(source in program()) {
        try_twice(&source);
    }
}
