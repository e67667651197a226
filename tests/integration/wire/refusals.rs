//! Every way to be told that a request is wrong, in the dialect's shape and as a problem.

use reqwest::{Method, RequestBuilder};
use serde_json::json;
use shared::model::{Environment, TriggerState};
use support::{Answer, Api, Transcript, send};

use super::flows::{ECHO, STRICT};

const WAIT: &str = "/api/v1/ai/trigger/demo/echo/DEV";
const START: &str = "/api/v1/ai/trigger/start/demo/echo/DEV";

/// The answer as it is, and as it is for who asks for problems.
async fn note(transcript: &mut Transcript, what: &str, request: RequestBuilder) -> Answer {
    let as_problem = request.try_clone().unwrap();
    let answer = send(request).await;
    transcript.note(what, &answer);
    let problem = send(as_problem.header("accept", "application/problem+json")).await;
    transcript.note(&format!("{what}, as a problem"), &problem);
    assert_eq!(problem.status, answer.status);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    answer
}

#[tokio::test]
async fn a_trigger_that_is_not_there_has_one_answer() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let mut transcript = Transcript::default();
    let unknown = note(&mut transcript, "an unknown trigger", api.wait_for("nothing", "{}")).await;
    insta::assert_snapshot!(transcript);
    api.make_trigger("echo", |trigger| {
        trigger.id = "paused".parse().unwrap();
        trigger.state = TriggerState::Paused;
    })
    .await;
    api.make_trigger("echo", |trigger| {
        trigger.id = "in-prod".parse().unwrap();
        trigger.environments = vec![Environment::Prod];
    })
    .await;
    api.make_trigger("echo", |trigger| {
        trigger.id = "of-another".parse().unwrap();
        trigger.workspace = "other".parse().unwrap();
    })
    .await;
    api.make_trigger("never-published", |_| {}).await;
    let malformed = [
        "a%20b",
        "%23",
        "..",
        "%2e%2e",
        "%00",
        "%ff",
        "%F0%9F%8D%92",
        &"x".repeat(65),
        "{trigger_id}",
    ];
    let absent = ["paused", "in-prod", "of-another", "never-published"];
    for trigger in absent.into_iter().chain(malformed) {
        for prefix in ["", "start/"] {
            // A path of dots is made shorter by its client.
            if trigger == ".." || trigger == "%2e%2e" {
                continue;
            }
            let path = format!("/api/v1/ai/trigger/{prefix}demo/{trigger}/DEV");
            let answer = send(api.post(&path, "{}")).await;
            assert_eq!(answer.without_date(), unknown.without_date(), "{path}");
        }
    }
}

#[tokio::test]
async fn a_run_that_is_not_there_has_one_answer() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let none = "/api/v1/ai/trigger/status/demo/0190b1d2-a3c4-7def-8123-456789abcdef";
    let mut transcript = Transcript::default();
    let unknown = note(&mut transcript, "an unknown run", api.get(none)).await;
    insta::assert_snapshot!(transcript);
    api.make_trigger("echo", |trigger| {
        trigger.id = "of-another".parse().unwrap();
        trigger.workspace = "other".parse().unwrap();
    })
    .await;
    let other = api.make_key(|key| key.workspace = "other".parse().unwrap()).await;
    let run = send(api.wait_for("echo", "{}")).await.workflow_id();
    for id in ["x", "{workflow_id}", "null", "%00", "0190b1d2a3c47def8123456789abcdef", "-1"] {
        let path = format!("/api/v1/ai/trigger/status/demo/{id}");
        assert_eq!(send(api.get(&path)).await.without_date(), unknown.without_date(), "{id}");
        let path = format!("{path}?logs=all");
        assert_eq!(send(api.get(&path)).await.without_date(), unknown.without_date(), "{id}");
    }
    let path = format!("/api/v1/ai/trigger/status/other/{run}");
    let stranger = api.request(Method::GET, &path).bearer_auth(other);
    assert_eq!(send(stranger).await.without_date(), unknown.without_date());
}

#[tokio::test]
async fn another_method_is_told_which_one_is_right() {
    let api = Api::start().await;
    let status = "/api/v1/ai/trigger/status/demo/0190b1d2-a3c4-7def-8123-456789abcdef";
    let mut transcript = Transcript::default();
    for (what, path) in [("wait", WAIT), ("start", START)] {
        note(&mut transcript, what, api.get(path)).await;
    }
    note(&mut transcript, "read", api.post(status, "{}")).await;
    insta::assert_snapshot!(transcript);
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "PURGE"] {
        for (path, allow) in [(WAIT, "POST"), (START, "POST"), (status, "GET")] {
            let answer = send(api.request(method.parse().unwrap(), path)).await;
            assert_eq!((answer.status, answer.header("allow")), (405, allow), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_path_that_no_route_has_is_not_found() {
    let api = Api::start().await;
    let mut transcript = Transcript::default();
    note(&mut transcript, "an unknown route", api.get("/api/v1/nothing")).await;
    insta::assert_snapshot!(transcript);
    for path in [
        "/",
        "/trigger",
        "/trigger/demo/echo",
        "/api/v1/ai/trigger/demo/echo/DEV/",
        "/api/v2/ai/trigger/demo/echo/DEV",
    ] {
        assert_eq!(send(api.post(path, "{}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_or_of_another_type_is_refused() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let mut transcript = Transcript::default();
    let padded = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2));
    let at_function =
        note(&mut transcript, "4,500,001 bytes", api.wait_for("echo", padded(4_500_001))).await;
    let at_gateway = send(api.wait_for("echo", padded(10 * 1024 * 1024 + 1))).await;
    assert_eq!(at_gateway.status, at_function.status);
    assert_eq!(at_gateway.json()["detail"], at_function.json()["detail"]);
    assert_eq!(send(api.start_of("echo", padded(4_500_001))).await.status, 413);
    assert_eq!(send(api.wait_for("echo", padded(4_500_000))).await.status, 200);

    let typed = |media_type: &'static str| {
        let request = api.request(Method::POST, WAIT).bearer_auth(&api.key);
        request.header("content-type", media_type).body("{}")
    };
    note(&mut transcript, "a form", typed("application/x-www-form-urlencoded")).await;
    for media_type in [
        "text/plain",
        "text/json",
        "application/octet-stream",
        "multipart/form-data; boundary=x",
        "application/json-seq",
        "*/*",
        "",
    ] {
        assert_eq!(send(typed(media_type)).await.status, 415, "{media_type}");
    }
    for media_type in
        ["application/json", "APPLICATION/JSON;charset=utf-8", "application/vnd.a+json"]
    {
        assert_eq!(send(typed(media_type)).await.status, 200, "{media_type}");
    }
    let untyped = api.request(Method::POST, WAIT).bearer_auth(&api.key).body("{}");
    assert_eq!(send(untyped).await.status, 200);
    let coded = api.wait_for("echo", "{}").header("content-encoding", "gzip");
    note(&mut transcript, "a compressed body", coded).await;
    let plain = api.wait_for("echo", "{}").header("content-encoding", "identity");
    assert_eq!(send(plain).await.status, 200);
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_told_what_is_wrong_and_where() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    api.publish(STRICT).await;
    let mut transcript = Transcript::default();
    for (what, body) in [
        ("variables that are no object", r#"{"message": "m", "user_variables": "string"}"#),
        ("null variables", r#"{"user_variables": null}"#),
        ("a message that is no text", r#"{"message": 1}"#),
        ("two faults", r#"{"message": null, "user_variables": []}"#),
        ("no body", ""),
        ("blanks", " \r\n\t"),
        ("null", "null"),
        ("a list", "[1]"),
        ("a text", r#""message""#),
        ("a number", "1"),
        ("not JSON", "{\n  \"message\": hello\n}"),
        ("an end too soon", r#"{"message": "m""#),
        ("something after the end", r#"{"message": "m"} x"#),
        ("an integer of more than 64 bits", r#"{"user_variables": {"a": 18446744073709551616}}"#),
    ] {
        note(&mut transcript, what, api.wait_for("echo", body)).await;
        let waiting = send(api.wait_for("echo", body)).await.without_date();
        assert_eq!(waiting.status, 422, "{waiting}");
        assert_eq!(send(api.start_of("echo", body)).await.without_date(), waiting, "{what}");
    }
    for (what, body) in [
        ("a variable is missing", json!({"message": "m"})),
        ("an empty message", json!({"message": "", "user_variables": {"customer": {"id": 1}}})),
        (
            "deep inside",
            json!({"message": "m", "user_variables": {"customer": {"id": "no number"}}}),
        ),
    ] {
        note(&mut transcript, what, api.wait_for("strict", body.to_string())).await;
        assert_eq!(send(api.start_of("strict", body.to_string())).await.status, 422);
    }
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn what_is_wrong_outside_the_body_is_named_too() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let mut transcript = Transcript::default();
    note(&mut transcript, "an unknown environment", api.post("/trigger/demo/echo/TEST", "{}"))
        .await;
    let run = send(api.wait_for("echo", "{}")).await.workflow_id();
    let read = |query: &str| api.get(&format!("/trigger/status/demo/{run}{query}"));
    note(&mut transcript, "logs that are not all", read("?logs=some")).await;
    note(&mut transcript, "a cursor that no page named", read("?logs=all&cursor=x")).await;
    for cursor in ["", "1", "1.", ".1", "a.b", "1.1.1", "-1.0", "99999999999999999999.0"] {
        let answer = send(read(&format!("?logs=all&cursor={cursor}"))).await;
        assert_eq!(answer.status, 422, "{cursor}: {answer}");
    }
    for cursor in ["0.0", "1.0", "9999999999.0", "18446744073709551615.18446744073709551615"] {
        let answer = send(read(&format!("?logs=all&cursor={cursor}"))).await;
        assert_eq!(answer.status, 200, "{cursor}: {answer}");
    }
    let keyed = |key: &str| api.wait_for("echo", "{}").header("idempotency-key", key);
    note(&mut transcript, "an empty idempotency key", keyed("\"\"")).await;
    note(&mut transcript, "a long idempotency key", keyed(&"k".repeat(256))).await;
    let not_text = http::HeaderValue::from_bytes("schlüssel".as_bytes()).unwrap();
    let keyed_by_bytes = api.wait_for("echo", "{}").header("idempotency-key", not_text);
    note(&mut transcript, "an idempotency key that is not ASCII", keyed_by_bytes).await;
    assert_eq!(send(keyed("k")).await.status, 200);
    let other_body = api.wait_for("echo", r#"{"message": "m"}"#).header("idempotency-key", "k");
    note(&mut transcript, "an idempotency key with another body", other_body).await;
    insta::assert_snapshot!(transcript);
}
