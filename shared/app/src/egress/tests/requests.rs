//! What goes out on the wire.

use http::Method;

use super::network::{Network, get, post, with_headers};
use super::server::{Server, ok};
use crate::egress::{ErrorKind, Request};

#[tokio::test]
async fn a_request_carries_its_host_its_length_and_our_name() {
    let server = Server::answering(&ok("")).await;
    let egress = Network::of(&server).egress();
    let request = with_headers(
        post("http://public.test/a%20b?c=d&e#fragment", "{}"),
        &[("Content-Type", "application/json"), ("X-Twice", "1"), ("x-twice", "2")],
    );
    egress.send(request).await.unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "POST /a%20b?c=d&e HTTP/1.1\r\ncontent-type: application/json\r\nx-twice: 1\r\nx-twice: 2\r\n\
         accept: */*\r\nuser-agent: trigger-api/{version}\r\naccept-encoding: gzip\r\n\
         host: public.test\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    assert_eq!(server.requests(), [expected]);
}

#[tokio::test]
async fn the_callers_own_negotiation_replaces_the_defaults() {
    let server = Server::answering(&ok("")).await;
    let egress = Network::of(&server).egress();
    let own = [("Accept", "text/plain"), ("User-Agent", "ada"), ("Accept-Encoding", "br")];
    egress.send(with_headers(get("http://public.test/"), &own)).await.unwrap();
    let range = [("Range", "bytes=0-9")];
    egress.send(with_headers(get("http://public.test/"), &range)).await.unwrap();

    let [first, second] = server.requests().try_into().unwrap();
    assert!(
        first.contains("accept: text/plain\r\nuser-agent: ada\r\naccept-encoding: br\r\n"),
        "{first}"
    );
    assert!(!first.contains("trigger-api") && !first.contains("gzip"), "{first}");
    assert!(!second.contains("accept-encoding"), "{second}");
}

#[tokio::test]
async fn an_empty_post_says_that_it_is_empty() {
    let server = Server::answering(&ok("")).await;
    let egress = Network::of(&server).egress();
    let request = Request { method: Method::POST, ..get("http://public.test/") };
    egress.send(request).await.unwrap();
    assert_eq!(server.requests()[0].matches("content-length: 0\r\n").count(), 1);
}

#[tokio::test]
async fn headers_that_frame_the_message_are_refused() {
    let reserved = [
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
        "Proxy-Connection",
    ];
    let egress = Network::default().egress();
    for name in reserved {
        let request = with_headers(get("http://public.test/"), &[(name, "1")]);
        let error = egress.send(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name}");
        let expected = format!("the header `{}` is set by the client", name.to_lowercase());
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn headers_that_could_split_the_request_are_refused_without_their_value() {
    let egress = Network::default().egress();
    let broken = [
        ("x-key", "hunter2\r\nhost: evil.test"),
        ("x-key", "hunter2\n"),
        ("x-key", "hunter2\0"),
        ("x key", "hunter2"),
        ("x-key:", "hunter2"),
        ("", "hunter2"),
        ("x\r\ny", "hunter2"),
    ];
    for (name, value) in broken {
        let request = with_headers(get("http://public.test/"), &[(name, value)]);
        let error = egress.send(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name:?}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn header_values_may_be_utf_8() {
    let server = Server::answering(&ok("")).await;
    let egress = Network::of(&server).egress();
    let request = with_headers(get("http://public.test/"), &[("x-title", "Ünïcode")]);
    egress.send(request).await.unwrap();
    assert!(server.requests()[0].contains("x-title: Ünïcode\r\n"));
}

#[tokio::test]
async fn tunnels_and_traces_are_refused() {
    let egress = Network::default().egress();
    for method in [Method::CONNECT, Method::TRACE] {
        let request = Request { method, ..get("http://public.test/") };
        let error = egress.send(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
}
