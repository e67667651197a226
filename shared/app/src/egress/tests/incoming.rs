//! Answers that are read while they come.

use std::time::Duration;

use super::network::{Network, get};
use super::server::{Answer, Server, ok};
use crate::egress::{Error, ErrorKind, IncomingAnswer, Request};

/// The answer's head, then chunks, the last of which may be cut off.
fn chunked(chunks: &[&str]) -> String {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-one: 1\r\n\r\n".to_owned();
    let chunks = chunks.iter().map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len()));
    head + &chunks.collect::<String>()
}

async fn rest(answer: &mut IncomingAnswer) -> Result<String, Error> {
    let mut text = String::new();
    while let Some(bytes) = answer.chunk().await? {
        text.push_str(str::from_utf8(&bytes).unwrap());
    }
    Ok(text)
}

async fn open(server: &Server) -> IncomingAnswer {
    let request = Request { timeout: Duration::from_millis(300), ..get("http://public.test/") };
    Network::of(server).egress().open(request).await.unwrap()
}

#[tokio::test]
async fn the_head_is_there_before_the_body_is_whole() {
    let server = Server::start(|_| Answer::Stall(chunked(&["first"]).into())).await;
    let mut answer = open(&server).await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains(&("x-one".to_owned(), "1".to_owned())));
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "first");
    // The moment by which everything has to be there holds for what is still to come.
    let error = answer.chunk().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn a_body_ends_where_it_says_and_nowhere_else() {
    let whole = format!("{}0\r\n\r\n", chunked(&["a", "bc"]));
    for (text, expected) in
        [(whole, Some("abc")), (ok("abc"), Some("abc")), (chunked(&["a", "bc"]), None)]
    {
        let server = Server::start(move |_| Answer::Close(text.clone().into())).await;
        let mut answer = open(&server).await;
        match rest(&mut answer).await {
            Ok(text) => assert_eq!(Some(text.as_str()), expected),
            Err(error) => {
                assert_eq!((error.kind(), expected), (ErrorKind::Closed, None));
                assert!(error.outcome_unknown());
            }
        }
    }
}

#[tokio::test]
async fn a_coding_that_nobody_asked_for_is_refused() {
    for (coding, passes) in [("gzip", false), ("br", false), ("identity", true)] {
        let text = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\n\r\nabc");
        let server = Server::start(move |_| Answer::Close(text.clone().into())).await;
        let opened = Network::of(&server).egress().open(get("http://public.test/")).await;
        match opened {
            Ok(mut answer) => assert!(passes && rest(&mut answer).await.unwrap() == "abc"),
            Err(error) => assert_eq!((error.kind(), passes), (ErrorKind::Protocol, false)),
        }
    }
}

#[tokio::test]
async fn the_guard_is_the_same() {
    let error = Network::default().egress().open(get("http://127.0.0.1/")).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(!error.outcome_unknown());
    let server = Server::start(|_| Answer::Stall(Vec::new())).await;
    let request = Request { timeout: Duration::from_millis(50), ..get("http://public.test/") };
    let error = Network::of(&server).egress().open(request).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.outcome_unknown());
}
