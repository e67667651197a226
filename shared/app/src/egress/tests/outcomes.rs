//! Failures before and after the request has left, and what they say about its outcome.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::network::{Network, chain, get, post};
use super::server::{Answer, Server, redirect};
use crate::egress::{Error, ErrorKind, Request};

async fn fails(server: &Server) -> Error {
    let egress = Network::of(server).egress();
    egress.send(post("http://public.test/hunter2", "hunter2")).await.unwrap_err()
}

#[tokio::test]
async fn a_refused_connection_has_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let network = Network::default().name("public.test", &["8.8.8.8"]).listener("8.8.8.8", address);
    let error = network.egress().send(get("http://public.test/")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.outcome_unknown());
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_request_has_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let network = Network::default()
        .name("public.test", &["8.8.8.8"])
        .listener("8.8.8.8", listener.local_addr().unwrap());
    // On a runtime of one thread the listener's turn comes before the client's first write.
    let closing = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_zero_linger().unwrap();
    });
    let error = network.egress().send(post("http://public.test/", "x")).await.unwrap_err();
    closing.await.unwrap();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(!error.outcome_unknown());
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_the_outcome_unknown() {
    let halves = [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf ",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhalf \r\n",
    ];
    for half in halves {
        let server = Server::start(move |_| Answer::Close(half.into())).await;
        let error = fails(&server).await;
        assert_eq!(error.kind(), ErrorKind::Closed, "{half:?}: {}", chain(&error));
        assert!(error.outcome_unknown(), "{half:?}");
        assert_eq!(server.requests().len(), 1, "{half:?}: it must not be sent twice");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_http_leaves_the_outcome_unknown() {
    let broken = [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad header: 1\r\n\r\n",
    ];
    for text in broken {
        let server = Server::start(move |_| Answer::Close(text.into())).await;
        let error = fails(&server).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{text:?}: {}", chain(&error));
        assert!(error.outcome_unknown(), "{text:?}");
    }
}

#[tokio::test]
async fn errors_carry_no_url_and_no_body() {
    let server = Server::start(|_| Answer::Close(b"hunter2 hunter2\r\n\r\n".to_vec())).await;
    let error = fails(&server).await;
    let text = format!("{error:?} {}", chain(&error));
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn silence_after_the_request_leaves_the_outcome_unknown() {
    let server = Server::start(|_| Answer::Stall(Vec::new())).await;
    let request = Request { timeout: Duration::from_millis(500), ..get("http://public.test/") };
    let error = Network::of(&server).egress().send(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn silence_in_the_tls_handshake_has_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let network = Network::default()
        .name("public.test", &["8.8.8.8"])
        .listener("8.8.8.8", listener.local_addr().unwrap());
    let request = Request { timeout: Duration::from_millis(200), ..get("https://public.test/") };
    let error = network.egress().send(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!error.outcome_unknown());
}

#[tokio::test]
async fn a_tls_handshake_that_breaks_has_sent_nothing_but_the_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let network = Network::default()
        .name("public.test", &["8.8.8.8"])
        .listener("8.8.8.8", listener.local_addr().unwrap());
    let hello = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 16_384];
        let length = stream.read(&mut bytes).await.unwrap();
        bytes.truncate(length);
        bytes
    });
    let error = network.egress().send(get("https://public.test/hunter2")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{}", chain(&error));
    assert!(!error.outcome_unknown());

    let hello = String::from_utf8_lossy(&hello.await.unwrap()).into_owned();
    assert!(hello.contains("public.test"), "the name goes out as SNI");
    assert!(!hello.contains("hunter2"));
}

#[tokio::test]
async fn a_failure_after_a_redirect_leaves_the_outcome_unknown() {
    let rows = [
        ("http://unknown.test/", ErrorKind::Dns),
        ("http://[::1]/", ErrorKind::Refused),
        // Nothing listens on port 1 of loopback, where the explicit port leads.
        ("http://public.test:1/", ErrorKind::Connect),
    ];
    for (location, kind) in rows {
        let server = Server::start(move |_| Answer::Close(redirect(303, location).into())).await;
        let error = fails(&server).await;
        assert_eq!(error.kind(), kind, "{location}");
        assert!(error.outcome_unknown(), "{location}");
    }
}
