//! Flows that several promises are tested with.

/// One step, no effect.
pub(super) const HELLO: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: hello, version: '1.0.0' }
do:
  - greet:
      set:
        reply: ${ "Hello, " + .message }
"#;

/// One call to the URL in the input.
pub(crate) const ONE_CALL: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: one-call, version: '1.0.0' }
do:
  - ask:
      call: http
      with:
        method: post
        endpoint: { uri: '${ .url }' }
        body: { question: '${ .message }' }
"#;

/// Two calls with a wait between them, during which nobody holds the run.
pub(super) const TWO_CALLS: &str = r"
document: { dsl: '1.0.3', namespace: test, name: two-calls, version: '1.0.0' }
do:
  - first:
      call: http
      with: { method: post, endpoint: { uri: '${ .url }' } }
      output: { as: '$input' }
  - rest:
      wait: { seconds: 20 }
  - second:
      call: http
      with: { method: post, endpoint: { uri: '${ .url }' } }
      output: { as: '$input' }
  - last:
      set: { done: true }
";

/// A loop of calls, a call that is tried again, and a wait: every kind of effect.
pub(crate) const LOOP_RETRY_WAIT: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: loop-retry-wait, version: '1.0.0' }
do:
  - gather:
      for: { each: item, in: '.items' }
      input:
        from: '{ url: .url, seen: (.seen // []), items: .items }'
      do:
        - fetch:
            call: http
            with:
              method: post
              endpoint: { uri: '${ .url + "/item" }' }
              body: { item: '${ $item }' }
            output:
              as: '{ url: $input.url, items: $input.items, seen: ($input.seen + [ .value ]) }'
  - rest:
      wait: { seconds: 30 }
  - insist:
      try:
        - flaky:
            call: http
            with:
              method: post
              endpoint: { uri: '${ .url + "/flaky" }' }
            output:
              as: '{ url: $input.url, seen: ($input.seen + [ .value ]) }'
      catch:
        errors:
          with: { status: 503 }
        retry:
          delay: { seconds: 3 }
          limit: { attempt: { count: 5 } }
  - finish:
      call: http
      with:
        method: post
        endpoint: { uri: '${ .url + "/finish" }' }
        body: { seen: '${ .seen }' }
      output:
        as: '{ seen: $input.seen, end: .value }'
"#;

/// One question to a model, whatever else stands in `WITH`.
pub(super) fn ask(with: &str) -> String {
    format!(
        "document: {{ dsl: '1.0.3', namespace: test, name: ask, version: '1.0.0' }}
do:
  - ask:
      call: llm
      with: {{ provider: own, model: small, input: '${{ .message }}', {with} }}
"
    )
}

/// The same, tried again whatever happens.
pub(super) fn insist(with: &str) -> String {
    format!(
        "document: {{ dsl: '1.0.3', namespace: test, name: insist, version: '1.0.0' }}
do:
  - insist:
      try:
        - ask:
            call: llm
            with: {{ provider: own, model: small, input: '${{ .message }}', {with} }}
      catch:
        retry:
          delay: {{ seconds: 3 }}
          limit: {{ attempt: {{ count: 3 }} }}
"
    )
}
