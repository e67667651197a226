//! The request that the handler gets is the one that `lambda_http` reads from the event's JSON, as
//! it arrives on AWS.

use std::net::SocketAddr;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Request, request::Parts};
use lambda_http::{Body, RequestExt as _, request::from_str};
use serde_json::{Value, json};
use shared::model::Timestamp;

use super::server::PATH;
use crate::gateway::{event, route};

const PEER: ([u8; 4], u16) = ([192, 0, 2, 7], 50_000);

fn head(request: http::request::Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

fn event_of(head: &Parts) -> aws_lambda_events::apigw::ApiGatewayProxyRequest {
    let matched = route::find(head.uri.path()).unwrap();
    event::event(
        head,
        matched,
        SocketAddr::from(PEER),
        3000,
        Timestamp::from_millis(1_770_679_479_120),
    )
}

/// The request by the event's JSON, and the one without.
fn both_ways(head: &Parts, body: &[u8]) -> (lambda_http::Request, lambda_http::Request) {
    let event = event_of(head);
    let mut written = event.clone();
    if !body.is_empty() {
        written.body = Some(STANDARD.encode(body));
        written.is_base64_encoded = true;
    }
    let read = from_str(&serde_json::to_string(&written).unwrap()).unwrap();
    (read, event::request(event, body.to_vec()))
}

/// All that a handler can see of a request, but for the order of the query in its URI, which is
/// random both ways.
fn visible(request: &lambda_http::Request) -> Value {
    let headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let mut headers = json!(headers);
    headers.as_array_mut().unwrap().sort_by_key(Value::to_string);
    json!({
        "method": request.method().as_str(),
        "scheme": request.uri().scheme_str(),
        "authority": request.uri().authority().map(ToString::to_string),
        "path": request.uri().path(),
        "query_bytes": request.uri().query().map(str::len),
        "headers": headers,
        "raw_path": request.raw_http_path(),
        "query": request.query_string_parameters(),
        "path_parameters": request.path_parameters(),
        "stage_variables": request.stage_variables(),
        "context": request.request_context_ref(),
        "binary": matches!(request.body(), Body::Binary(_)),
        "empty": matches!(request.body(), Body::Empty),
        "body": request.body().as_ref(),
    })
}

#[test]
fn a_handler_gets_what_the_events_json_says() {
    let post =
        |uri: &str| Request::builder().method("POST").uri(uri).header("host", "localhost:3000");
    let latin = HeaderValue::from_bytes(b"caf\xe9").unwrap();
    let requests = [
        (post("/trigger/ws/tr/DEV"), b"{\"message\": \"hi\"}".to_vec()),
        (post("/trigger/ws/tr/DEV"), Vec::new()),
        (post("/trigger/ws/tr/DEV"), (0..=255).cycle().take(100_000).collect()),
        (post("/trigger/w%20s/t%2Fr/%ff?a=1&b=2&a=3&c&d=%C3%BC+x&=e&%ff=%ff"), b"x".to_vec()),
        (post("/trigger/ws/tr/DEV?"), b"x".to_vec()),
        (post("/trigger/{ws}/\"tr\"/DEV?{}|'"), b"x".to_vec()),
        (
            post("/trigger/ws/tr/DEV")
                .header("x-repeated", "first")
                .header("x-other", "")
                .header("x-repeated", "last")
                .header("x-utf8", HeaderValue::from_bytes("caf\u{e9}".as_bytes()).unwrap())
                .header("x-latin", latin)
                .header("x-forwarded-proto", "gopher space")
                .header("x-forwarded-for", "203.0.113.9")
                .header("user-agent", "curl/8"),
            b"\xff\xfe".to_vec(),
        ),
        (
            Request::builder()
                .method("PURGE")
                .version(http::Version::HTTP_10)
                .uri("/trigger/status/ws/run?logs=all"),
            Vec::new(),
        ),
    ];
    for (request, body) in requests {
        let head = head(request);
        let (read, direct) = both_ways(&head, &body);
        assert_eq!(visible(&direct), visible(&read), "{head:?}");
        assert_eq!(direct.body().as_ref(), body);
    }
}

#[test]
fn every_character_that_a_uri_may_hold_arrives() {
    for character in ('!'..='~').chain(['\u{7f}', 'ü', '\u{1f980}']) {
        for uri in [format!("/trigger/ws/t{character}r/DEV"), format!("{PATH}?a{character}b")] {
            let Ok(uri) = uri.parse::<http::Uri>() else { continue };
            let head = head(Request::builder().uri(uri).header("host", "localhost"));
            if route::find(head.uri.path()).is_some() {
                let (read, direct) = both_ways(&head, b"");
                assert_eq!(visible(&direct), visible(&read), "{character}");
            }
        }
    }
}

#[test]
fn an_event_has_the_form_of_the_real_gateway() {
    let head = head(
        Request::builder()
            .method("POST")
            .uri("http://localhost:3000/trigger/w%20s/tr/DEV?a=1&b=x%20y&a=2")
            .header("host", "localhost:3000")
            .header("accept", "text/plain")
            .header("accept", "*/*")
            .header("user-agent", "curl/8"),
    );
    let mut event = serde_json::to_value(event_of(&head)).unwrap();
    let request_id = event["requestContext"]["requestId"].take();
    assert_eq!(request_id.as_str().unwrap().len(), 36);
    let resource = "/trigger/{workspace_id}/{trigger_id}/{environment}";
    assert_eq!(event["resource"], resource);
    assert_eq!(event["path"], "/trigger/w%20s/tr/DEV");
    assert_eq!(event["httpMethod"], "POST");
    assert_eq!(
        event["headers"],
        json!({
            "host": "localhost:3000", "accept": "*/*", "user-agent": "curl/8",
            "x-forwarded-for": "192.0.2.7", "x-forwarded-port": "3000", "x-forwarded-proto": "http",
        })
    );
    assert_eq!(event["multiValueHeaders"]["accept"], json!(["text/plain", "*/*"]));
    assert_eq!(event["queryStringParameters"], json!({"a": "2", "b": "x y"}));
    assert_eq!(event["multiValueQueryStringParameters"], json!({"a": ["1", "2"], "b": ["x y"]}));
    assert_eq!(
        event["pathParameters"],
        json!({"workspace_id": "w s", "trigger_id": "tr", "environment": "DEV"})
    );
    assert_eq!(event["stageVariables"], json!({}));
    let context = &event["requestContext"];
    assert_eq!(context["stage"], "local");
    assert_eq!(context["path"], "/local/trigger/w%20s/tr/DEV");
    assert_eq!(context["resourcePath"], resource);
    assert_eq!(context["httpMethod"], "POST");
    assert_eq!(context["protocol"], "HTTP/1.1");
    assert_eq!(context["domainName"], "localhost:3000");
    assert_eq!(context["identity"]["sourceIp"], "192.0.2.7");
    assert_eq!(context["identity"]["userAgent"], "curl/8");
    assert_eq!(context["requestTimeEpoch"], 1_770_679_479_120_u64);
}
