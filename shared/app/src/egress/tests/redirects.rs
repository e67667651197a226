//! Redirects: where they may lead, what is sent on, and when they end.

use http::Method;

use super::network::{Network, get, header, post, with_headers};
use super::server::{Answer, Server, ok, redirect};
use crate::egress::{Egress, ErrorKind, Policy, Redirects, Request};

/// `public.test` redirects everything but `/end`; `other.test` answers everything.
async fn pair(status: u16, location: &'static str) -> (Server, Server, Egress) {
    let first = Server::start(move |request| {
        let end = request.contains(" /end ");
        Answer::Send(if end { ok("end") } else { redirect(status, location) }.into())
    })
    .await;
    let second = Server::answering(&ok("other")).await;
    let egress = Network::of(&first)
        .name("other.test", &["9.9.9.9"])
        .listener("9.9.9.9", second.address)
        .egress();
    (first, second, egress)
}

#[tokio::test]
async fn a_redirect_to_loopback_is_refused_in_every_disguise() {
    let target = Server::answering(&ok("secret")).await;
    let port = target.address.port();
    let hosts = [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "localhost",
        "inside.test",
    ];
    for host in hosts {
        for status in [301, 302, 303, 307, 308] {
            let location = format!("http://{host}:{port}/");
            let first = Server::answering(&redirect(status, &location)).await;
            let egress = Network::of(&first).name("inside.test", &["127.0.0.1"]).egress();
            let error = egress.send(get("http://public.test/")).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused, "{status} {host}");
            // The first server did receive the request.
            assert!(error.outcome_unknown(), "{status} {host}");
        }
    }
    assert_eq!(target.accepted_count(), 0);
}

#[tokio::test]
async fn a_redirect_to_another_scheme_or_with_credentials_is_refused() {
    for location in ["file:///etc/passwd", "ftp://public.test/", "http://ada:hunter2@public.test/"]
    {
        let first = Server::answering(&redirect(302, location)).await;
        let error =
            Network::of(&first).egress().send(get("http://public.test/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{location}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_resolved_against_the_url_it_came_from() {
    for location in ["/end", "end", "//public.test/end", "http://public.test/end", "./x/../end"] {
        let (first, _, egress) = pair(302, location).await;
        let response = egress.send(get("http://public.test/start?q=1")).await.unwrap();
        assert_eq!(response.body, "end", "{location}");
        assert_eq!(response.final_url, "http://public.test/end", "{location}");
        assert_eq!(first.requests().len(), 2, "{location}");
        assert_eq!(first.accepted_count(), 1, "{location}");
    }
}

#[tokio::test]
async fn chains_are_followed_three_times_and_no_further() {
    let server = Server::start(|request| {
        let path = request.split(' ').nth(1).unwrap();
        let left: u32 = path.trim_start_matches('/').parse().unwrap();
        let next = left.checked_sub(1);
        Answer::Send(
            next.map_or_else(|| ok("end"), |next| redirect(302, &format!("/{next}"))).into(),
        )
    })
    .await;
    let egress = Network::of(&server).egress();
    assert_eq!(egress.send(get("http://public.test/3")).await.unwrap().body, "end");
    assert_eq!(server.requests().len(), 4);

    let error = egress.send(get("http://public.test/4")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyRedirects);
    assert!(error.outcome_unknown());
    assert_eq!(server.requests().len(), 8);

    let none = Network::of(&server).egress_with(Policy { max_redirects: 0, ..Policy::default() });
    let error = none.send(get("http://public.test/1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyRedirects);
}

#[tokio::test]
async fn redirects_are_handed_back_on_request() {
    let (first, second, egress) = pair(302, "http://other.test/").await;
    let request = Request { redirects: Redirects::Return, ..get("http://public.test/") };
    let response = egress.send(request).await.unwrap();
    assert_eq!(response.status, 302);
    assert_eq!(header(&response, "location"), Some("http://other.test/"));
    assert_eq!((first.requests().len(), second.accepted_count()), (1, 0));
}

#[tokio::test]
async fn a_redirect_without_a_location_is_an_answer() {
    for status in [300, 302, 304, 305] {
        let text = format!("HTTP/1.1 {status} Odd\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering(&text).await;
        let response =
            Network::of(&server).egress().send(get("http://public.test/")).await.unwrap();
        assert_eq!(response.status, status);
    }
}

#[tokio::test]
async fn a_location_that_is_no_url_is_a_protocol_error() {
    for location in ["http://[", "http://a b/", "http://256.256.256.256/"] {
        let server = Server::answering(&redirect(302, location)).await;
        let error =
            Network::of(&server).egress().send(get("http://public.test/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{location}");
    }
}

#[tokio::test]
async fn methods_and_bodies_change_as_in_browsers() {
    let rows = [
        (301, Method::POST, Method::GET),
        (302, Method::POST, Method::GET),
        (303, Method::POST, Method::GET),
        (303, Method::PUT, Method::GET),
        (303, Method::HEAD, Method::HEAD),
        (301, Method::PUT, Method::PUT),
        (302, Method::DELETE, Method::DELETE),
        (307, Method::POST, Method::POST),
        (308, Method::POST, Method::POST),
        (307, Method::PATCH, Method::PATCH),
    ];
    for (status, before, after) in rows {
        let (first, _, egress) = pair(status, "/end").await;
        let request = Request {
            method: before.clone(),
            ..with_headers(post("http://public.test/", "body"), &[("content-type", "text/plain")])
        };
        // The server answers HEAD with a body; what counts here is what it was sent.
        let _ = egress.send(request).await;
        let sent = first.requests().pop().unwrap();
        assert!(sent.starts_with(&format!("{after} /end ")), "{status} {before}: {sent}");
        let kept = after == before;
        assert_eq!(sent.ends_with("\r\n\r\nbody"), kept, "{status} {before}: {sent}");
        assert_eq!(sent.contains("content-type"), kept, "{status} {before}: {sent}");
        assert_eq!(sent.contains("content-length: 4"), kept, "{status} {before}: {sent}");
    }
}

const CREDENTIALS: [(&str, &str); 8] = [
    ("Authorization", "Bearer hunter2"),
    ("Cookie", "session=hunter2"),
    ("Proxy-Authorization", "hunter2"),
    ("X-Api-Key", "hunter2"),
    ("Api-Key", "hunter2"),
    ("X-Goog-Api-Key", "hunter2"),
    ("Private-Token", "hunter2"),
    ("X-A-Name-Nobody-Knows", "hunter2"),
];

#[tokio::test]
async fn another_origin_gets_no_credentials() {
    let second = Server::answering(&ok("other")).await;
    let mut headers = CREDENTIALS.to_vec();
    let kept =
        [("content-type", "text/plain"), ("idempotency-key", "r:1"), ("accept", "text/html")];
    headers.extend(kept);
    // Another name, and another port of the same name.
    let port = second.address.port();
    for location in ["http://other.test/".to_owned(), format!("http://public.test:{port}/")] {
        let first = Server::answering(&redirect(307, &location)).await;
        let egress = Network::of(&first)
            .name("other.test", &["9.9.9.9"])
            .listener("9.9.9.9", second.address)
            .egress();
        let request = with_headers(post("http://public.test/", "body"), &headers);
        assert_eq!(egress.send(request).await.unwrap().body, "other");
        assert_eq!(first.requests()[0].matches("hunter2").count(), CREDENTIALS.len());
        let sent_on = second.requests().pop().unwrap();
        assert!(!sent_on.contains("hunter2"), "{sent_on}");
        for (name, value) in kept {
            assert!(sent_on.contains(&format!("{name}: {value}\r\n")), "{name}: {sent_on}");
        }
        assert!(sent_on.ends_with("\r\n\r\nbody"), "{sent_on}");
    }
    assert_eq!(second.requests().len(), 2);
}

#[tokio::test]
async fn the_same_origin_gets_them_again() {
    let (first, _, egress) = pair(302, "http://PUBLIC.test:80/end").await;
    egress.send(with_headers(get("http://public.test/"), &CREDENTIALS)).await.unwrap();
    assert_eq!(first.requests()[1].matches("hunter2").count(), CREDENTIALS.len());
}

#[tokio::test]
async fn credentials_stay_dropped_on_the_way_back() {
    let first = Server::start(|request| {
        let start = request.contains(" /start ");
        Answer::Send(if start { redirect(302, "http://other.test/") } else { ok("end") }.into())
    })
    .await;
    let second = Server::answering(&redirect(302, "http://public.test/end")).await;
    let egress = Network::of(&first)
        .name("other.test", &["9.9.9.9"])
        .listener("9.9.9.9", second.address)
        .egress();
    let request = with_headers(get("http://public.test/start"), &CREDENTIALS);
    assert_eq!(egress.send(request).await.unwrap().body, "end");
    assert!(!first.requests()[1].contains("hunter2"));
}
