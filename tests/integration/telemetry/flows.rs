//! Flows that these tests start.

/// Answers at once.
pub(super) const HELLO: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: hello, version: '1.0.0' }
do:
  - greet:
      set: { reply: '${ "Hello, " + .message }' }
"#;

/// Fails at once.
pub(super) const FAIL: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: fail, version: '1.0.0' }
do:
  - refuse:
      raise:
        error: { type: 'https://example.com/errors/no', status: 400, title: No }
"#;

/// Asks `url`, and asks again after an answer that is an error.
pub(super) const ASK: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: ask, version: '1.0.0' }
do:
  - patiently:
      try:
        - ask:
            call: http
            with:
              method: post
              endpoint: { uri: '${ .url + "/marker-path?q=marker-query" }' }
              body: { question: '${ .message }' }
      catch:
        errors: { with: { type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication' } }
        retry:
          delay: { milliseconds: 1 }
          limit: { attempt: { count: 3 } }
"#;

/// Rests for a minute, then asks `url`.
pub(super) const REST: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: rest, version: '1.0.0' }
do:
  - rest:
      wait: { minutes: 1 }
      output: { as: '$input' }
  - ask:
      call: http
      with:
        method: get
        endpoint: { uri: '${ .url }' }
"#;
