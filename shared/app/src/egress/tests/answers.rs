//! What comes back: sizes, gzip, and answers that never end.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::Method;

use super::network::{Network, get, header};
use super::server::{Answer, Server, ok};
use crate::egress::{Egress, ErrorKind, Policy, Request};

const LIMIT: usize = 100_000;

fn limited(server: &Server) -> Egress {
    Network::of(server).egress_with(Policy { max_response_bytes: LIMIT, ..Policy::default() })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip_answer(coding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

async fn answer(bytes: Vec<u8>) -> (Server, Egress) {
    let server = Server::start(move |_| Answer::Close(bytes.clone())).await;
    let egress = limited(&server);
    (server, egress)
}

#[tokio::test]
async fn an_answer_comes_back_whole_whatever_its_status() {
    for status in [200, 201, 404, 429, 500, 503] {
        let text = format!(
            "HTTP/1.1 {status} Some\r\nX-One: 1\r\nX-Two: a\r\nX-Two: b\r\nContent-Length: 3\r\n\r\nabc"
        );
        let server = Server::answering(&text).await;
        let response = limited(&server).send(get("http://public.test/x")).await.unwrap();
        assert_eq!(response.status, status);
        assert_eq!(response.body, "abc");
        assert_eq!(response.final_url, "http://public.test/x");
        let pairs = [("x-one", "1"), ("x-two", "a"), ("x-two", "b"), ("content-length", "3")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(response.headers, pairs);
    }
}

#[tokio::test]
async fn the_largest_answer_passes_and_one_byte_more_does_not() {
    for framing in ["length", "chunked", "close"] {
        for (extra, passes) in [(0, true), (1, false)] {
            let body = "x".repeat(LIMIT + extra);
            let text = match framing {
                "length" => ok(&body),
                "chunked" => format!(
                    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
                    body.len()
                ),
                _ => format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}"),
            };
            let (_server, egress) = answer(text.into()).await;
            let result = egress.send(get("http://public.test/")).await;
            match result {
                Ok(response) => assert!(passes && response.body == body, "{framing} {extra}"),
                Err(error) => {
                    assert!(!passes, "{framing} {extra}: {error}");
                    assert_eq!(error.kind(), ErrorKind::TooLarge, "{framing} {extra}");
                    assert!(error.outcome_unknown(), "{framing} {extra}");
                }
            }
        }
    }
}

#[tokio::test]
async fn an_announced_size_is_refused_before_the_body_arrives() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", LIMIT + 1);
    let server = Server::start(move |_| Answer::Stall(head.clone().into())).await;
    let error = limited(&server).send(get("http://public.test/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn an_endless_answer_ends_at_the_limit() {
    let server = Server::start(|_| {
        let endless = "HTTP/1.1 200 OK\r\n\r\n".to_owned() + &"x".repeat(10 * LIMIT);
        Answer::Stall(endless.into())
    })
    .await;
    let error = limited(&server).send(get("http://public.test/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn gzip_is_undone_and_its_headers_removed() {
    let members = [gzip(b"hello "), gzip(b"world")].concat();
    for (coding, body) in [("gzip", gzip(b"hello world")), ("X-GZIP", members)] {
        let (_server, egress) = answer(gzip_answer(coding, &body)).await;
        let response = egress.send(get("http://public.test/")).await.unwrap();
        assert_eq!(response.body, "hello world");
        assert_eq!(response.headers, []);
    }
}

#[tokio::test]
async fn other_codings_stay_as_they_came() {
    for coding in ["br", "deflate", "zstd", "gzip, gzip", "identity"] {
        let (_server, egress) = answer(gzip_answer(coding, b"bytes")).await;
        let response = egress.send(get("http://public.test/")).await.unwrap();
        assert_eq!(response.body, "bytes");
        assert_eq!(header(&response, "content-encoding"), Some(coding));
    }
}

#[tokio::test]
async fn a_gzip_bomb_ends_at_the_limit() {
    let bomb = gzip(&vec![0; 10_000_000]);
    assert!(bomb.len() < LIMIT, "the bomb itself must be small");
    let (_server, egress) = answer(gzip_answer("gzip", &bomb)).await;
    let error = egress.send(get("http://public.test/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn gzip_that_never_yields_a_byte_ends_at_the_limit() {
    let members = gzip(b"").repeat(LIMIT / 20 + 1);
    assert!(members.len() > LIMIT);
    let text = [b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n", members.as_slice()].concat();
    let server = Server::start(move |_| Answer::Stall(text.clone())).await;
    let error = limited(&server).send(get("http://public.test/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn exactly_the_limit_may_be_decoded() {
    for (extra, expected) in [(0, None), (1, Some(ErrorKind::TooLarge))] {
        let (_server, egress) =
            answer(gzip_answer("gzip", &gzip(&vec![b'x'; LIMIT + extra]))).await;
        let result = egress.send(get("http://public.test/")).await;
        assert_eq!(result.err().map(|error| error.kind()), expected);
    }
}

#[tokio::test]
async fn damaged_gzip_is_a_protocol_error() {
    let whole = gzip(b"hello hello hello hello");
    let truncated = whole[..whole.len() - 3].to_vec();
    let mut wrong_sum = whole.clone();
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 1;
    let followed = [whole.as_slice(), b"garbage"].concat();
    for body in [truncated, wrong_sum, followed, b"plain text".to_vec(), b"\x1f".to_vec()] {
        let (_server, egress) = answer(gzip_answer("gzip", &body)).await;
        let error = egress.send(get("http://public.test/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.outcome_unknown());
    }
}

#[tokio::test]
async fn a_gzip_answer_without_a_body_is_empty() {
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 500\r\n\r\n";
    let server = Server::answering(head).await;
    let request = Request { method: Method::HEAD, ..get("http://public.test/") };
    let response = limited(&server).send(request).await.unwrap();
    assert_eq!(response.body, "");
    assert_eq!(header(&response, "content-length"), Some("500"));
    assert_eq!(header(&response, "content-encoding"), Some("gzip"));
}

#[tokio::test]
async fn an_empty_gzip_body_is_empty_with_and_without_gzips_own_header() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n".as_slice();
    for body in [Vec::new(), gzip(b"")] {
        let (_server, egress) = answer([head, body.as_slice()].concat()).await;
        let response = egress.send(get("http://public.test/")).await.unwrap();
        assert_eq!(response.body, "");
        assert_eq!(response.headers, []);
    }
}

#[tokio::test]
async fn a_head_answer_may_announce_more_than_the_limit() {
    let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 10 * LIMIT);
    let server = Server::answering(&text).await;
    let request = Request { method: Method::HEAD, ..get("http://public.test/") };
    assert_eq!(limited(&server).send(request).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_slow_body_runs_into_the_timeout() {
    let text = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf ";
    let server = Server::start(move |_| Answer::Stall(text.into())).await;
    let request = Request { timeout: Duration::from_millis(500), ..get("http://public.test/") };
    let error = limited(&server).send(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn the_timeout_covers_all_hops_together() {
    let server = Server::start(|request| {
        let stalls = request.contains(" /slow ");
        let text = "HTTP/1.1 302 Found\r\nlocation: /slow\r\ncontent-length: 0\r\n\r\n";
        if stalls { Answer::Stall(Vec::new()) } else { Answer::Send(text.into()) }
    })
    .await;
    let request = Request { timeout: Duration::from_millis(500), ..get("http://public.test/") };
    let error = limited(&server).send(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn an_answer_shows_no_content_when_debugged() {
    let text = "HTTP/1.1 200 OK\r\nset-cookie: hunter2\r\ncontent-length: 7\r\n\r\nhunter2";
    let server = Server::answering(text).await;
    let response = limited(&server).send(get("http://public.test/hunter2")).await.unwrap();
    assert!(!format!("{response:?}").contains("hunter2"), "{response:?}");
}
