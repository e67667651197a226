//! Flows that the tests publish.

/// One step without effect.
pub(crate) const GREET: &str = "\
document: { dsl: '1.0.3', namespace: test, name: greet, version: '1.0.0' }
do:
  - greet:
      set:
        reply: '${ \"Hello, \" + .message }'
";

/// Every kind of effect: a loop of calls, a wait of `rest` seconds, a call that is tried again, and
/// a last call that depends on all of them.
pub(crate) const LEDGER: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: ledger, version: '1.0.0' }
do:
  - gather:
      for: { each: item, in: '.items' }
      input:
        from: '. + { seen: (.seen // []) }'
      do:
        - fetch:
            call: http
            with:
              method: post
              endpoint: { uri: '${ .url + "/item" }' }
              body: { item: '${ $item }' }
            output:
              as: '$input + { seen: ($input.seen + [ .value ]) }'
  - rest:
      wait: '${ "PT\(.rest)S" }'
  - insist:
      try:
        - flaky:
            call: http
            with:
              method: post
              endpoint: { uri: '${ .url + "/flaky" }' }
            output:
              as: '$input + { seen: ($input.seen + [ .value ]) }'
      catch:
        errors:
          with: { status: 503 }
        retry:
          delay: { milliseconds: 300 }
          limit: { attempt: { count: 5 } }
  - finish:
      call: http
      with:
        method: post
        endpoint: { uri: '${ .url + "/finish" }' }
        body: { seen: '${ .seen }' }
      output:
        as: '{ message: $input.message, seen: $input.seen, end: .value }'
"#;
