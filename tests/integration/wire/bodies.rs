//! Hostile bodies: each is refused with a reason, or its run has exactly what was sent.

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};
use shared::model::limits::{MAX_BODY_BYTES, MAX_JSON_DEPTH};
use support::{Answer, Api, send};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::flows::ECHO;

/// Reads the input too, which is one level deeper in what a workflow tells of itself.
const ECHO_FROM_FACTS: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: facts, version: '1.0.0' }
do:
  - echo:
      set: { input: '${ $workflow.input }' }
"#;

async fn api() -> Api {
    let api = Api::start().await;
    api.publish(ECHO).await;
    api
}

/// A body with one variable, `value`, written as `json`.
fn with_value(json: &str) -> String {
    format!(r#"{{"message": "m", "user_variables": {{"value": {json}}}}}"#)
}

/// What the run of a body was given: by a waiting call, and in the background.
async fn given(api: &Api, trigger: &str, body: &[u8]) -> [Value; 2] {
    let waited = send(api.wait_for(trigger, body.to_vec())).await;
    let started = send(api.start_of(trigger, body.to_vec())).await;
    let ended = api.ended(&started.workflow_id()).await;
    [waited, ended].map(|answer| answer.response()["input"].take())
}

/// The refusal of a body, the same on both routes.
async fn refused(api: &Api, body: &[u8]) -> Answer {
    let answer = send(api.wait_for("echo", body.to_vec())).await.without_date();
    let shown = String::from_utf8_lossy(&body[..body.len().min(80)]);
    assert_eq!(answer.status, 422, "{shown}: {answer}");
    assert_eq!(send(api.start_of("echo", body.to_vec())).await.without_date(), answer, "{shown}");
    answer
}

#[tokio::test]
async fn values_arrive_as_they_were_sent() {
    let api = api().await;
    let long_key = format!(r#"{{"{}": 1}}"#, "k".repeat(100_000));
    for sent in [
        "18446744073709551615",
        "9223372036854775808",
        "9223372036854775807",
        "-9223372036854775808",
        "9007199254740993",
        "0",
        "-0.0",
        "0.1",
        "1.5e300",
        "1.7976931348623157e308",
        "2.2250738585072014e-308",
        "5e-324",
        "123456789.12345679",
        "9007199254740993.0",
        r#""\u0000""#,
        r#""a\u0000b\uffff\ufffe\u0001\u001f\u007f\u0085\u2028\ufeff""#,
        r#""\ud83c\udf52 🍒 e\u0301 \u202e""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""${ . } {{x}} $(id) '; DROP TABLE runs; --""#,
        r#"{"": {"": ""}}"#,
        r#"{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}"#,
        r#"{"\u0000": 1, "\ud83c\udf52": 2, " ": 3, "a.b": 4, "$ref": "x", "/": 5}"#,
        &long_key,
        "[]",
        "{}",
        "[null, true, false, \"\", [], {}, [[]]]",
    ] {
        let expected: Value = serde_json::from_str(sent).unwrap();
        for input in given(&api, "echo", with_value(sent).as_bytes()).await {
            // As text: `-0.0` equals `0.0`, and an integer is not a float.
            assert_eq!(input["value"].to_string(), expected.to_string(), "{sent:.100}");
        }
    }
}

#[tokio::test]
async fn what_has_two_readings_is_read_as_everybody_reads_it() {
    let api = api().await;
    for (sent, read) in [
        (r#"{"a": 1, "b": 2, "a": 3}"#, json!({"a": 3, "b": 2})),
        ("1e-400", json!(0.0)),
        ("-0", json!(-0.0)),
        ("1E5", json!(100_000.0)),
    ] {
        for input in given(&api, "echo", with_value(sent).as_bytes()).await {
            assert_eq!(input["value"].to_string(), read.to_string(), "{sent}");
        }
    }
    let twice =
        r#"{"message": 1, "user_variables": {"a": 1}, "message": "m", "user_variables": {}}"#;
    for input in given(&api, "echo", twice.as_bytes()).await {
        assert_eq!(input, json!({"message": "m"}));
    }
}

#[tokio::test]
async fn what_cannot_be_held_is_refused_where_it_stands() {
    let api = api().await;
    for (value, word) in [
        ("18446744073709551616", "64 bits"),
        ("-9223372036854775809", "64 bits"),
        (&*"9".repeat(10_000), "64 bits"),
        ("1e400", "out of range"),
        ("-1e400", "out of range"),
        (r#""\ud800""#, "hex escape"),
        (r#""\ud800\u0041""#, "surrogate"),
        (r#""\udc00""#, "surrogate"),
        (r#""\x""#, "invalid escape"),
        (r#""\u12""#, "invalid escape"),
        ("\"a\u{1}b\"", "control character"),
        ("\"a\nb\"", "control character"),
        ("01", "invalid number"),
        ("+1", "expected value"),
        (".5", "expected value"),
        ("1.", "invalid number"),
        ("NaN", "expected value"),
        ("Infinity", "expected value"),
        ("'a'", "expected value"),
        ("[1,]", "trailing comma"),
        ("undefined", "expected value"),
        ("/* */ 1", "expected value"),
    ] {
        let body = with_value(value);
        let fault = refused(&api, body.as_bytes()).await.json()["detail"][0].take();
        let at = body.find(value).unwrap();
        let offset = usize::try_from(fault["loc"][1].as_u64().unwrap()).unwrap();
        assert_eq!((&fault["type"], &fault["loc"][0]), (&json!("json_invalid"), &json!("body")));
        assert!((at..=at + value.len()).contains(&offset), "{value:.40}: {fault}");
        let said = fault["ctx"]["error"].as_str().unwrap();
        assert!(said.contains(word), "{value:.40}: {said}");
    }
    for (body, offset) in [
        (&b"{\"message\": \"\xff\"}"[..], 13),
        (b"{\"message\": \"\xc3\"}", 13),
        (b"{\"message\": \"\xed\xa0\x80\"}", 13),
        (b"\xef\xbb\xbf{}", 0),
        (b"\xff\xfe{\x00}\x00", 0),
        (b"{} {}", 3),
        (b"{}\0", 2),
        (b"{}]", 2),
        (b"\0", 0),
        (b"%7B%7D", 0),
        (b"message=a", 0),
    ] {
        let fault = refused(&api, body).await.json()["detail"][0].take();
        assert_eq!(fault["type"], "json_invalid");
        let named = usize::try_from(fault["loc"][1].as_u64().unwrap()).unwrap();
        assert!(named.abs_diff(offset) <= 1, "{body:?}: {fault}");
    }
}

#[tokio::test]
async fn nesting_up_to_the_limit_runs_and_more_is_refused() {
    let api = api().await;
    api.publish(ECHO_FROM_FACTS).await;
    // The body and the variables are two levels themselves.
    let nested = |depth: usize| {
        let inner = depth - 2;
        let arrays = "[".repeat(inner) + &"]".repeat(inner);
        let objects = r#"{"a":"#.repeat(inner - 1) + "{}" + &"}".repeat(inner - 1);
        [arrays, objects]
    };
    for value in nested(MAX_JSON_DEPTH) {
        for trigger in ["echo", "facts"] {
            for input in given(&api, trigger, with_value(&value).as_bytes()).await {
                assert_eq!(input["value"].to_string(), value);
            }
        }
    }
    for depth in [MAX_JSON_DEPTH + 1, 100, 120, 127, 128, 129, 200, 10_000] {
        for value in nested(depth) {
            let answer = refused(&api, with_value(&value).as_bytes()).await;
            let said = answer.json()["detail"][0]["ctx"]["error"].take();
            assert_eq!(said, format!("nested more than {MAX_JSON_DEPTH} levels deep"));
        }
    }
    // A million brackets, closed or not, in the variables or alone.
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(200_000), "[{\"\":".repeat(200_000)] {
        refused(&api, text.as_bytes()).await;
        refused(&api, with_value(&text).as_bytes()).await;
    }
}

#[tokio::test]
async fn a_body_of_the_largest_size_runs() {
    let api = api().await;
    // Printable noise: three quarters of its size when it is compressed.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let empty = with_value("\"\"").len();
    let noise: String = (0..MAX_BODY_BYTES - empty)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(
                b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
                    [(state % 64) as usize],
            )
        })
        .collect();
    let body = with_value(&format!("\"{noise}\""));
    assert_eq!(body.len(), MAX_BODY_BYTES);
    for input in given(&api, "echo", body.as_bytes()).await {
        assert!(input["value"] == *noise, "the value has changed");
    }
    let answer = send(api.start_of("echo", body + " ")).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn chunks_are_put_together() {
    let api = api().await;
    let address = api.stack.base_url().trim_start_matches("http://").to_owned();
    for (chunks, status) in [
        (&["5\r\n{\"mes\r\n", "d\r\nsage\": \"you\"}\r\n", "0\r\n\r\n"][..], "200"),
        (&["2\r\n{}\r\n", "0\r\nx-trailer: 1\r\n\r\n"], "200"),
        (&["0\r\n\r\n"], "422"),
        (&["x\r\n{}\r\n0\r\n\r\n"], "400"),
    ] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let head = format!(
            "POST /trigger/demo/echo/DEV HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer {}\r\ntransfer-encoding: chunked\r\n\r\n",
            api.key
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        for chunk in chunks {
            stream.write_all(chunk.as_bytes()).await.unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{chunks:?}: {answer}");
    }
}

/// Any value that JSON can say and 64 bits can hold.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn any_value_arrives_as_it_was_sent() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let api = runtime.block_on(api());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 80,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let result = runner.run(&any_value(), |value| {
        let sent = value.to_string();
        for mut input in runtime.block_on(given(&api, "echo", with_value(&sent).as_bytes())) {
            prop_assert_eq!(input["value"].take().to_string(), sent.clone());
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
