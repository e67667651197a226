//! Flows that the tests run.

/// One step, no effect.
pub(crate) const HELLO: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: hello, version: '1.0.0' }
do:
  - greet:
      set:
        reply: ${ "Hello, " + .message }
"#;

/// Two lines in the log with a wait between them that a worker sits out.
pub(crate) const SHORT_REST: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: short-rest, version: '1.0.0' }
do:
  - before:
      call: log
      with: { message: before }
  - rest:
      wait: { milliseconds: 1500 }
  - after:
      call: log
      with: { message: after }
"#;

/// Waits for a person's approval.
pub(crate) const APPROVAL: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: approval, version: '1.0.0' }
do:
  - approve:
      listen: { to: { one: { with: { type: approval } } } }
      metadata: { question: 'Shall we?', choices: [ approve, reject ] }
"#;

/// A wait during which no worker holds the run, and the message after it.
pub(crate) const LONG_REST: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: long-rest, version: '1.0.0' }
do:
  - rest:
      wait: { seconds: 4 }
  - remind:
      set:
        reminder: ${ .message }
"#;

/// An expression without an end.
pub(crate) const ENDLESS: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: endless, version: '1.0.0' }
do:
  - count:
      set:
        last: '${ last(range(1e18)) }'
"#;

/// A call to the URL in the variables.
pub(crate) const CALL: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: call, version: '1.0.0' }
do:
  - ask:
      call: http
      with:
        method: get
        endpoint: { uri: '${ .url }' }
"#;

/// Calls that are refused, tried again after a wait, and given up.
pub(crate) const RETRIES: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: retries, version: '1.0.0' }
do:
  - insist:
      try:
        - ask:
            call: http
            with:
              method: get
              endpoint: { uri: 'http://127.0.0.1:9/' }
      catch:
        retry:
          delay: { milliseconds: 700 }
          limit: { attempt: { count: 2 } }
        do:
          - rest:
              set: { gave_up: true }
"#;
