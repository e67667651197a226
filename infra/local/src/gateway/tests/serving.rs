//! Requests over a socket: what reaches a function, and what its caller gets.

use std::sync::Arc;

use lambda_http::{Body, Request, RequestExt as _, Response};
use serde_json::json;
use shared::http::routes::Function;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
    time::Instant,
};

use super::server::{PATH, echo, serve};
use crate::test_client::{send, send_raw};

fn post(path: &str) -> http::request::Builder {
    http::Request::builder().method("POST").uri(path).header("host", "localhost")
}

/// What a function sees, as JSON.
async fn describe(function: Function, request: Request) -> Response<Body> {
    let seen = json!({
        "function": format!("{function:?}"),
        "method": request.method().as_str(),
        "headers": request.headers().get_all("x-repeated").iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>(),
        "trigger": request.path_parameters().first("trigger_id"),
        "query": request.query_string_parameters().all("a"),
        "body_bytes": request.body().len(),
    });
    let response = Response::builder().status(207).header("x-a", "1").header("x-a", "2");
    response.body(Body::Text(seen.to_string())).unwrap()
}

#[tokio::test]
async fn a_function_gets_the_request_and_the_caller_its_answer() {
    let server = serve(describe).await;
    let request = post("/trigger/start/ws/t%20r/DEV?a=1&b=3&a=2")
        .header("x-repeated", "first")
        .header("x-repeated", "last");
    let answer = send(server.address, request, "12345").await;
    assert_eq!(answer.status(), 207);
    let repeated: Vec<_> = answer.headers().get_all("x-a").iter().collect();
    assert_eq!(repeated, ["1", "2"]);
    let seen: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let expected = json!({
        "function": "AsyncStart", "method": "POST", "headers": ["last"], "trigger": "t r",
        "query": ["1", "2"], "body_bytes": 5,
    });
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn every_method_reaches_the_function() {
    let server = serve(describe).await;
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE"] {
        let request = http::Request::builder().method(method).uri(PATH).header("host", "localhost");
        let answer = send(server.address, request, "").await;
        let seen: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(seen["method"], method);
    }
    let head = http::Request::builder().method("HEAD").uri(PATH).header("host", "localhost");
    let answer = send(server.address, head, "").await;
    assert_eq!((answer.status().as_u16(), answer.body().len()), (207, 0));
}

#[tokio::test]
async fn bodies_pass_unchanged() {
    let server = serve(echo).await;
    let binary: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
    for body in [Vec::new(), b"\xff\x00".to_vec(), binary] {
        let answer = send(server.address, post(PATH), body.clone()).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.body() == &body);
    }
    let chunked = "POST /trigger/ws/tr/DEV HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert!(send_raw(server.address, chunked).await.ends_with("\r\n\r\nabcde"));
}

#[tokio::test]
async fn an_unknown_resource_is_not_found_in_the_shape_asked_for() {
    let server = serve(echo).await;
    let answer = send(server.address, post("/nothing/here"), "x").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(
        answer.body(),
        r#"{"detail":"Not Found","error":"Not Found","message":"Not Found"}"#
    );
    let request = post("/nothing/here").header("accept", "application/problem+json");
    let answer = send(server.address, request, "x").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn a_host_that_is_none_is_not_found() {
    let server = serve(echo).await;
    for host in ["a b", "a/b", "[", "a:b", "", "a?b", "<"] {
        let request = format!("GET {PATH} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let answer = send_raw(server.address, &request).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{host}: {answer}");
    }
    for request in [
        format!("GET {PATH} HTTP/1.0\r\n\r\n"),
        format!("GET {PATH} HTTP/1.1\r\nhost: [::1]:3000\r\nconnection: close\r\n\r\n"),
        format!("GET http://a{PATH} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
    ] {
        let answer = send_raw(server.address, &request).await;
        assert!(answer.contains(" 200 OK\r\n"), "{request}: {answer}");
    }
}

#[tokio::test]
async fn a_panic_costs_its_caller_a_500_and_nobody_else_anything() {
    let server = serve(async |_, request: Request| {
        assert!(request.body().is_empty(), "this panics for the test's sake");
        Response::new(Body::Empty)
    })
    .await;
    let answer = send(server.address, post(PATH), "x").await;
    assert_eq!(answer.status(), 500);
    assert_eq!(
        answer.body(),
        r#"{"detail":"Process query failed: Internal server error","error":"Internal Server Error","message":"Process query failed: Internal server error"}"#
    );
    assert_eq!(send(server.address, post(PATH), "").await.status(), 200);
}

#[tokio::test]
async fn a_client_that_leaves_does_not_stop_the_function() {
    let (called, go_on, done) =
        (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = serve({
        let (called, go_on, done) = (called.clone(), go_on.clone(), done.clone());
        move |_, _| {
            let (called, go_on, done) = (called.clone(), go_on.clone(), done.clone());
            async move {
                called.notify_one();
                go_on.notified().await;
                done.notify_one();
                Response::new(Body::Empty)
            }
        }
    })
    .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!("GET {PATH} HTTP/1.1\r\nhost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    called.notified().await;
    drop(stream);
    // The server has noticed once the connection's task is gone.
    server.connections.finish(Instant::now() + std::time::Duration::from_secs(10)).await;
    go_on.notify_one();
    done.notified().await;
}

#[tokio::test]
async fn a_stop_waits_for_the_answer_in_hand_and_takes_nothing_more() {
    let (called, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = serve({
        let (called, go_on) = (called.clone(), go_on.clone());
        move |_, _| {
            let (called, go_on) = (called.clone(), go_on.clone());
            async move {
                called.notify_one();
                go_on.notified().await;
                Response::new(Body::Text("done".to_owned()))
            }
        }
    })
    .await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    let address = server.address;
    let waiting = tokio::spawn(async move { send(address, post(PATH), "").await });
    called.notified().await;
    server.stopper.stop();
    let deadline = Instant::now() + std::time::Duration::from_secs(10);
    server.intake.finish(deadline).await;
    assert!(TcpStream::connect(address).await.is_err());
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
    go_on.notify_one();
    assert_eq!(waiting.await.unwrap().body(), "done");
    server.connections.finish(deadline).await;
    server.invocations.finish(deadline).await;
    assert!(Instant::now() < deadline);
}
