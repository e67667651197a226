//! Flows that several tests of the wire call.

/// Answers with all of its input.
pub(super) const ECHO: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: echo, version: '1.0.0' }
do:
  - echo:
      set: { input: '${ . }' }
"#;

/// Fails.
pub(super) const FAIL: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: fail, version: '1.0.0' }
do:
  - refuse:
      raise:
        error:
          type: https://example.com/errors/sold-out
          status: 409
          title: Sold out
          detail: '${ "nothing left of " + .message }'
"#;

/// Sleeps for an hour.
pub(crate) const SLEEP: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: sleep, version: '1.0.0' }
do:
  - rest:
      wait: { hours: 1 }
"#;

/// Waits for a person's approval.
pub(super) const APPROVAL: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: approval, version: '1.0.0' }
do:
  - approve:
      listen: { to: { one: { with: { type: approval } } } }
      metadata: { question: '${ "Refund <\(.message)>?" }', choices: [ approve, reject ] }
      output: { as: '{decision: .[0]}' }
"#;

/// Posts the message to the variable `url`.
pub(super) const CALL: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: call, version: '1.0.0' }
do:
  - ask:
      call: http
      with:
        method: post
        endpoint: { uri: '${ .url }' }
        body: { question: '${ .message }' }
"#;

/// Logs one line of each level, then `count` lines more.
pub(super) const TALK: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: talk, version: '1.0.0' }
do:
  - whisper:
      call: log
      with: { level: debug, message: a detail }
  - warn:
      call: log
      with: { level: warn, message: '${ { careful: .message } }' }
  - complain:
      call: log
      with: { level: error, message: it broke }
  - count:
      for: { each: number, in: '[range(.count)]' }
      do:
        - say:
            call: log
            with: { message: '${ "line \($number)" }' }
"#;

/// Declares what it takes.
pub(super) const STRICT: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: strict, version: '1.0.0' }
input:
  schema:
    document:
      type: object
      required: [message, customer]
      properties:
        message: { type: string, minLength: 1 }
        customer: { type: object, required: [id], properties: { id: { type: integer } } }
do:
  - answer:
      set: { customer: '${ .customer.id }' }
"#;

/// The example that users meet first.
pub(super) const HELLO: &str = include_str!("../../../examples/flows/hello.yaml");
