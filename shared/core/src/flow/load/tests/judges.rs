//! The published JSON Schema judges the same flows.

use std::{collections::BTreeSet, fs};

use jsonschema::Validator;
use serde_json::Value;

use super::support::{flow, scenarios, specification};
use crate::flow::{Severity, check, source};

fn judge() -> Option<Validator> {
    let text = fs::read_to_string(specification("workflow.schema.yaml")?).unwrap();
    let schema = source::read(&text).unwrap().to_value();
    Some(jsonschema::options().build(&schema).unwrap())
}

fn value(text: &str) -> Value {
    source::read(text).unwrap().to_value()
}

/// One of everything that this runtime runs.
const SOUND: &str = r#"document:
  dsl: '1.0.3'
  namespace: shop
  name: everything
  version: '1.2.3-rc.1'
  title: Everything
  summary: All of it.
  tags: {team: a}
  metadata: {owner: b}
input:
  schema:
    format: json
    document: {type: object}
  from: .order
use:
  authentications:
    key:
      bearer:
        token: ${ .token }
  errors:
    gone:
      type: https://example.com/gone
      status: 410
      title: Gone
      detail: ${ "No \(.id)" }
      instance: /do/0
  retries:
    twice:
      delay: {seconds: 1}
      backoff:
        exponential: {}
      limit:
        attempt: {count: 2, duration: PT5S}
        duration: PT1M
      jitter: {from: {milliseconds: 10}, to: PT1S}
  timeouts:
    short: {after: PT5S}
timeout: {after: {minutes: 5}}
evaluate: {language: jq, mode: strict}
do:
  - get:
      if: .go
      input:
        from: {id: '${ .id }'}
      call: http
      with:
        method: post
        endpoint:
          uri: https://example.com/{id}?q={q}
          authentication: {use: key}
        headers: {accept: text/plain}
        query: {a: '${ .b }'}
        body: {any: [1, null]}
        output: response
        redirect: true
      output:
        as: .content
      export:
        as: '$context + {got: .}'
      timeout: short
      metadata: {x: 1}
      then: choose
  - choose:
      switch:
        - big:
            when: .size > 3
            then: guard
        - other:
            then: say
  - say:
      call: log
      with: {level: warn, message: '${ "got \($context.got)" }'}
  - ask:
      call: llm
      with:
        provider: own
        model: small
        instruction: Be brief.
        messages:
          - {role: user, content: '${ .question }'}
        temperature: 0.5
        max_tokens: 100
        output:
          name: answer
          schema: {type: object}
        stream: false
  - guard:
      try:
        - inner:
            call: http
            with: {method: get, endpoint: '${ .url }'}
      catch:
        errors:
          with: {type: https://example.com/gone, status: 410, title: a, detail: b, instance: /do/0}
        as: problem
        when: $problem.status > 400
        exceptWhen: $problem.status == 404
        retry: twice
        then: last
        do:
          - handle:
              raise: {error: gone}
  - each:
      for: {each: pet, in: .pets, at: place}
      while: $place < 3
      do:
        - nap:
            wait: {seconds: 1, milliseconds: 5}
        - group:
            do:
              - keep:
                  set: ${ $pet }
              - all:
                  set: ${ . }
  - last:
      wait: PT1S
      then: end
output:
  as: {result: '${ . }'}
  schema:
    document: true
"#;

#[test]
fn what_is_accepted_is_valid_by_the_published_schema() {
    let Some(judge) = judge() else { return };
    let checked = super::support::sound(SOUND);
    assert_eq!(super::support::lines(&checked.warnings), "");
    let flows = scenarios().into_iter().map(|scenario| scenario.definition);
    for text in flows.chain([SOUND.to_owned(), flow("  []\n")]) {
        let faults = check(&text).err().unwrap_or_default();
        let is_faulty = faults.iter().any(|fault| fault.severity == Severity::Error);
        let errors: Vec<_> = judge.iter_errors(&value(&text)).map(|e| e.to_string()).collect();
        assert_eq!((is_faulty, errors), (false, Vec::new()), "{text}");
    }
}

/// Members of `SOUND` that the published schema lets pass when they are misspelt, and why.
const OPEN_IN_THE_SCHEMA: [(&str, &str); 23] = [
    ("/input", "the document is open"),
    ("/use", "the document is open"),
    ("/timeout", "the document is open"),
    ("/evaluate", "the document is open"),
    ("/output", "the document is open"),
    ("/do/4/guard/catch/errors/with", "`errors` is open"),
    ("/do/4/guard/catch/errors/with/type", "a filter on errors is open"),
    ("/do/4/guard/catch/errors/with/status", "a filter on errors is open"),
    ("/do/4/guard/catch/errors/with/title", "a filter on errors is open"),
    ("/do/4/guard/catch/errors/with/detail", "a filter on errors is open"),
    ("/do/4/guard/catch/errors/with/instance", "a filter on errors is open"),
    ("/do/2/say/with/level", "arguments of functions are free, and `log` is our own"),
    ("/do/2/say/with/message", "arguments of functions are free, and `log` is our own"),
    ("/do/3/ask/with/provider", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/model", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/instruction", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/messages", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/temperature", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/max_tokens", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/output", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/output/name", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/output/schema", "arguments of functions are free, and `llm` is our own"),
    ("/do/3/ask/with/stream", "arguments of functions are free, and `llm` is our own"),
];

/// Where names are the author's own: the entry itself, or with a slash whatever is below.
const FREE: [&str; 14] = [
    "/document/tags/",
    "/document/metadata/",
    "/input/schema/document/",
    "/use/authentications/key",
    "/use/errors/gone",
    "/use/retries/twice",
    "/use/timeouts/short",
    "/do/0/get/input/from/",
    "/do/0/get/with/headers/",
    "/do/0/get/with/query/",
    "/do/0/get/with/body/",
    "/do/0/get/metadata/",
    "/do/3/ask/with/output/schema/",
    "/output/as/",
];

#[test]
fn misspelt_members_are_refused_and_invalid_by_the_published_schema() {
    let Some(judge) = judge() else { return };
    let original = value(SOUND);
    let mut pointers = Vec::new();
    collect(&original, "", &mut pointers);
    let open: BTreeSet<_> = OPEN_IN_THE_SCHEMA.iter().map(|(pointer, _)| *pointer).collect();
    let mut judged = 0;
    let mut passed = BTreeSet::new();
    for pointer in pointers.iter().filter(|pointer| !is_free(pointer)) {
        let mut mutated = original.clone();
        misspell(&mut mutated, pointer);
        let text = serde_json::to_string(&mutated).unwrap();
        let faults = check(&text).err().unwrap_or_default();
        assert!(faults.iter().any(|fault| fault.severity == Severity::Error), "{pointer} passes");
        if judge.is_valid(&mutated) {
            passed.insert(pointer.as_str());
        }
        judged += 1;
    }
    assert_eq!(passed, open);
    assert!(judged > 90, "{judged}");
}

/// Whether the member's name is the author's own: names of tasks and cases are, too.
fn is_free(pointer: &str) -> bool {
    FREE.iter().any(|free| *free == pointer || free.ends_with('/') && pointer.starts_with(free))
        || pointer.rsplit('/').nth(1).is_some_and(|item| item.parse::<usize>().is_ok())
}

fn collect(value: &Value, pointer: &str, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let pointer = format!("{pointer}/{name}");
                pointers.push(pointer.clone());
                collect(member, &pointer, pointers);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{index}"), pointers);
            }
        }
        _ => {}
    }
}

/// Adds a letter to the name of the member at `pointer`, which keeps its place.
fn misspell(root: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let members = root.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    *members = std::mem::take(members)
        .into_iter()
        .map(|(key, value)| if key == name { (format!("{key}z"), value) } else { (key, value) })
        .collect();
}

#[test]
fn stricter_than_the_published_schema_where_a_flow_could_not_run() {
    let Some(judge) = judge() else { return };
    for (tasks, reason) in [
        ("  - a: {set: .foo}\n", "a `set` text that is no expression sets nothing"),
        ("  - a: {set: {b: 1}, then: nowhere}\n", "there is no such task"),
        ("  - a: {set: {b: 1}}\n  - a: {set: {b: 1}}\n", "`then` could not tell them apart"),
        ("  - a: {set: {b: '${ .c | }'}}\n", "the expression does not compile"),
        ("  - a: {call: nothing}\n", "there is no such function"),
        ("  - a: {raise: {error: {type: x, status: 9}}}\n", "not a status"),
    ] {
        let text = flow(tasks);
        assert!(check(&text).is_err(), "{reason}");
        assert!(judge.is_valid(&value(&text)), "{reason}");
    }
}
