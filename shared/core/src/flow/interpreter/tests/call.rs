//! `call: http`: what is sent, and what comes of the answer.

use serde_json::{Value, json};

use super::host::{Reply, TestHost, end, fault, short};
use crate::{flow::HttpRequest, model::FailureKind};

fn flow(with: &str) -> String {
    format!("do: [{{c: {{call: http, with: {{{with}}}}}}}]")
}

/// What a call sends.
async fn sent(with: &str, input: Value) -> HttpRequest {
    let host = TestHost::answering(200, json!({}));
    end(&host, &flow(with), input).await.unwrap();
    let request = host.state().requests.pop();
    request.unwrap()
}

fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let mut found = request.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    let value = found.next().map(|(_, value)| value.as_str());
    assert!(found.next().is_none(), "{name} is sent twice");
    value
}

#[tokio::test]
async fn the_uri_is_made_from_the_input_and_the_query() {
    for (with, url) in [
        (
            "method: get, endpoint: 'https://a.example/{id}/x?y={n}'",
            "https://a.example/a%2Fb/x?y=1",
        ),
        ("method: get, endpoint: {uri: 'https://a.example/{id}'}", "https://a.example/a%2Fb"),
        ("method: get, endpoint: '${ \"https://a.example/\" + .id }'", "https://a.example/a/b"),
        (
            "method: get, endpoint: 'https://a.example/', query: {q: '${ .id }', l: '${ .l }', no: '${ null }'}",
            "https://a.example/?q=a%2Fb&l=1&l=2",
        ),
    ] {
        let request = sent(with, json!({"id": "a/b", "n": 1, "l": [1, 2]})).await;
        assert_eq!((request.method.as_str(), request.url.as_str()), ("GET", url), "{with}");
        assert!(request.body.is_none() && request.follow_redirects && request.until.is_none());
    }
    let with = "method: get, endpoint: 'https://a.example/', redirect: true";
    assert!(!sent(with, json!({})).await.follow_redirects);
}

#[tokio::test]
async fn a_request_that_cannot_be_made_is_not_sent() {
    for with in [
        "method: get, endpoint: 'https://a.example/{missing}'",
        "method: get, endpoint: 'https://a.example/{o}'",
        "method: get, endpoint: 'https://a.example/{up}'",
        "method: get, endpoint: '${ .o }'",
        "method: get, endpoint: 'https://a.example', headers: {a: '${ .o }'}",
        "method: get, endpoint: 'https://a.example', headers: '${ .up }'",
        "method: get, endpoint: 'https://a.example', query: '${ .up }'",
    ] {
        let expected = ("expression".to_owned(), 400, "/do/0/c".to_owned());
        assert_eq!(fault(&flow(with), json!({"o": {}, "up": ".."})).await, expected, "{with}");
    }
}

#[tokio::test]
async fn a_body_is_sent_as_text_or_as_json() {
    let call = "method: post, endpoint: 'https://a.example'";
    let request = sent(&format!("{call}, body: '${{ .t }}'"), json!({"t": "text"})).await;
    assert_eq!(request.body.as_deref(), Some(&b"text"[..]));
    assert_eq!(header(&request, "content-type"), None);

    let request = sent(&format!("{call}, body: {{a: '${{ .n }}'}}"), json!({"n": 1})).await;
    assert_eq!(request.body.as_deref(), Some(&br#"{"a":1}"#[..]));
    assert_eq!(header(&request, "content-type"), Some("application/json"));

    let headers = "headers: {Content-Type: application/merge-patch+json, X-N: '${ .n }'}";
    let request = sent(&format!("{call}, body: {{}}, {headers}"), json!({"n": 1})).await;
    assert_eq!(header(&request, "content-type"), Some("application/merge-patch+json"));
    assert_eq!(header(&request, "x-n"), Some("1"));
}

#[tokio::test]
async fn credentials_are_sent_and_never_put_out() {
    let call = "method: get, output: response, headers: {Authorization: mine, X-Api-Key: mine, X-Other: seen}";
    for (authentication, expected) in [
        // RFC 7617 §2.
        (
            "basic: {username: Aladdin, password: '${ .secret }'}",
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        ),
        ("bearer: {token: '${ .secret }'}", "Bearer open sesame"),
    ] {
        let with = format!(
            "{call}, endpoint: {{uri: 'https://a.example', authentication: {{{authentication}}}}}"
        );
        let host = TestHost::answering(200, json!({"ok": true}));
        let output = end(&host, &flow(&with), json!({"secret": "open sesame"})).await.unwrap();
        assert_eq!(header(&host.state().requests[0], "authorization"), Some(expected));
        let expected = json!({
            "request": {"method": "GET", "uri": "https://a.example", "headers": {"X-Other": "seen"}},
            "statusCode": 200,
            "headers": {"content-type": "application/json; charset=utf-8"},
            "content": {"ok": true},
        });
        assert_eq!(output, expected);
    }
}

#[tokio::test]
async fn an_answer_is_read_by_its_type() {
    let cases: [(&str, &str, &str, Value); 9] = [
        ("content", "application/json", r#"{"a": 1}"#, json!({"a": 1})),
        ("content", "application/problem+json; x=y", "[1]", json!([1])),
        ("content", "APPLICATION/JSON", "1", json!(1)),
        ("content", "application/json", "", json!(null)),
        ("content", "text/plain", "1", json!("1")),
        ("content", "text/plain", "", json!("")),
        ("content", "application/jsonish", "1", json!("1")),
        ("content", "json", "1", json!("1")),
        ("raw", "application/json", "[1]", json!("WzFd")),
    ];
    for (output, content_type, body, expected) in cases {
        let reply = move |_: &str, _: &HttpRequest| Reply::of(200, content_type, body);
        let with = format!("method: get, endpoint: 'https://a.example', output: {output}");
        let ended = end(&TestHost::new(reply), &flow(&with), json!({})).await;
        assert_eq!(ended, Ok(expected), "{output} {content_type}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_text_stays_base64() {
    for output in ["raw", "content"] {
        let host = TestHost::new(|_, _| {
            let mut reply = Reply::of(200, "application/json", "/w==");
            if let Ok(answer) = &mut reply.result {
                answer.base64 = true;
            }
            reply
        });
        let with = format!("method: get, endpoint: 'https://a.example', output: {output}");
        assert_eq!(end(&host, &flow(&with), json!({})).await, Ok(json!("/w==")), "{output}");
    }
}

type MakeReply = fn() -> Reply;

#[tokio::test]
async fn a_call_that_fails_says_how() {
    let cases: [(&str, MakeReply, (&str, u16)); 9] = [
        ("", || Reply::json(404, &json!({"secret": 1})), ("communication", 404)),
        ("", || Reply::json(503, &json!({})), ("communication", 503)),
        ("", || Reply::json(302, &json!({})), ("communication", 302)),
        (", redirect: true", || Reply::json(404, &json!({})), ("communication", 404)),
        ("", || Reply::of(200, "application/json", "{"), ("communication", 502)),
        ("", || Reply::failure(FailureKind::Refused), ("configuration", 400)),
        ("", || Reply::failure(FailureKind::Unreachable), ("communication", 503)),
        ("", || Reply::failure(FailureKind::TimedOut), ("communication", 504)),
        (", output: raw", || Reply::json(500, &json!({})), ("communication", 500)),
    ];
    for (with, reply, (kind, status)) in cases {
        let host = TestHost::new(move |_, _| reply());
        let with = format!("method: get, endpoint: 'https://a.example'{with}");
        let error = end(&host, &flow(&with), json!({})).await.unwrap_err();
        assert_eq!(short(&error), (kind.to_owned(), status, "/do/0/c".to_owned()));
        assert!(!error.to_string().contains("secret"));
    }
    let host = TestHost::answering(302, json!({}));
    let with = "method: get, endpoint: 'https://a.example', redirect: true, output: response";
    let output = end(&host, &flow(with), json!({})).await.unwrap();
    assert_eq!(output["statusCode"], 302);
}

#[tokio::test]
async fn an_answer_over_six_mebibytes_is_refused() {
    let host = TestHost::new(|_, _| Reply::of(200, "text/plain", &"x".repeat(6 * 1024 * 1024)));
    let with = "method: get, endpoint: 'https://a.example'";
    let error = end(&host, &flow(with), json!({})).await.unwrap_err();
    assert_eq!(short(&error), ("runtime".to_owned(), 500, "/do/0/c".to_owned()));
}
