//! What is too large is refused, and its sender gets to read so.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::server::{PATH, echo, serve};
use crate::{
    gateway::body::MAX_BODY_BYTES,
    test_client::{send, send_raw},
};

const TOO_LARGE: &str = r#"{"detail":"Request body is over 4,500,000 bytes","error":"Payload Too Large","message":"Request body is over 4,500,000 bytes"}"#;

fn post() -> http::request::Builder {
    http::Request::builder().method("POST").uri(PATH).header("host", "localhost")
}

#[tokio::test]
async fn a_body_up_to_the_limit_passes_and_a_larger_one_is_refused() {
    let server = serve(echo).await;
    let answer = send(server.address, post(), vec![b'x'; MAX_BODY_BYTES]).await;
    assert_eq!((answer.status().as_u16(), answer.body().len()), (200, MAX_BODY_BYTES));
    let answer = send(server.address, post(), vec![b'x'; MAX_BODY_BYTES + 1]).await;
    assert_eq!(answer.status(), 413);
    assert_eq!(answer.body(), TOO_LARGE);
}

#[tokio::test]
async fn a_sender_who_reads_only_when_all_is_sent_gets_the_refusal_too() {
    let server = serve(echo).await;
    for framing in ["content-length: 20971520", "transfer-encoding: chunked"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head =
            format!("POST {PATH} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{framing}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let block = vec![b'x'; 1 << 20];
        for _ in 0..20 {
            if framing.ends_with("chunked") {
                stream.write_all(b"100000\r\n").await.unwrap();
            }
            stream.write_all(&block).await.unwrap();
            if framing.ends_with("chunked") {
                stream.write_all(b"\r\n").await.unwrap();
            }
        }
        if framing.ends_with("chunked") {
            stream.write_all(b"0\r\n\r\n").await.unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.ends_with(TOO_LARGE), "{answer}");
    }
}

#[tokio::test]
async fn a_sender_who_asks_first_need_not_send() {
    let server = serve(echo).await;
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 20971520\r\n\r\n"
    );
    let answer = send_raw(server.address, &head).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.ends_with(TOO_LARGE), "{answer}");
}

#[tokio::test]
async fn headers_have_a_limit_together() {
    let server = serve(echo).await;
    let answer = send(server.address, post().header("x-long", "x".repeat(10_000)), "").await;
    assert_eq!(answer.status(), 200);
    let long = post().header("x-long", "x".repeat(6_000)).header("x-longer", "x".repeat(6_000));
    let answer = send(server.address, long, "").await;
    assert_eq!(answer.status(), 431);
    assert_eq!(
        answer.body(),
        r#"{"detail":"Request line and headers are over 10,240 bytes","error":"Request Header Fields Too Large","message":"Request line and headers are over 10,240 bytes"}"#
    );
    let uri = format!("{PATH}?{}", "{".repeat(30_000));
    let answer = send(server.address, post().uri(uri), "").await;
    assert_eq!(answer.status(), 431);
}
