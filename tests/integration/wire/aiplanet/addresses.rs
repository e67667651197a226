//! Files and images that a start names by their addresses. The server is one of this machine, which the stack may call.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use local::Options;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{clock::Clock, model::Rate, runs::Settings};
use support::{Api, send};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{
    BASE, TRIGGER, body,
    files::{FILED, START, put_large, read, refused, told},
    input, trigger,
};
use crate::wire::flows::ECHO;

const DAY: Duration = Duration::from_hours(24);
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A server that answers as its paths say, some of them as none should.
struct Server {
    base: String,
    paths: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let paths: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&paths);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&noted)));
            }
        });
        Self { base, paths }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn count(&self) -> usize {
        self.paths.lock().unwrap().len()
    }
}

async fn serve(mut stream: TcpStream, noted: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let path = String::from_utf8(head).unwrap().split(' ').nth(1).unwrap().to_owned();
    noted.lock().unwrap().push(path.clone());
    // Whoever is refused hangs up, so what cannot be written is nothing.
    let _ = stream.write_all(&answer(&path)).await;
    match path.as_str() {
        "/endless" => {
            let chunk = [b"1000\r\n", &[0; 4096][..], b"\r\n"].concat();
            while stream.write_all(&chunk).await.is_ok() {}
        }
        "/silent" | "/stalled" => {
            let _ = stream.read_u8().await;
        }
        _ => {}
    }
}

fn answer(path: &str) -> Vec<u8> {
    let ok = |headers: &str, content: &[u8]| {
        let length = content.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        [head.as_bytes(), content].concat()
    };
    let redirect = |location: &str| {
        format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
            .into_bytes()
    };
    match path {
        "/dir/na%C3%AFve.pdf?key=secret" => ok("content-type: application/pdf\r\n", b"%PDF-1.7"),
        "/picture" => ok("content-type: text/html\r\n", PNG),
        "/nothing" => ok("", b""),
        "/odd" => ok("content-type: pdf\r\n", b"odd"),
        "/moved" => redirect("/picture"),
        "/loop" => redirect("/loop"),
        "/to-metadata" => redirect("http://169.254.169.254/latest/meta-data/"),
        "/to-http" => redirect("http://example.com/"),
        "/to-file" => redirect("file:///etc/passwd"),
        "/script" => ok("", b"#!/bin/sh"),
        "/setup.exe" => ok("", b"text"),
        "/huge" => b"HTTP/1.1 200 OK\r\ncontent-length: 25000001\r\n\r\n".to_vec(),
        "/endless" => b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
        "/short" => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort".to_vec(),
        "/stalled" => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort".to_vec(),
        "/long" => {
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\nlonger".to_vec()
        }
        "/no-http" => b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        "/empty" => b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec(),
        "/silent" => Vec::new(),
        _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    }
}

/// A stack that waits for files as long as this.
async fn stack(fetch: Duration) -> Api {
    let settings = Settings { fetch, ..Settings::default() };
    let options = Options { clock: Clock::manual(START), settings, ..Options::default() };
    let api = Api::with(options).await;
    api.publish(FILED).await;
    api.publish(ECHO).await;
    api
}

fn start(api: &Api, kind: &str, url: impl Into<Value>) -> RequestBuilder {
    trigger(api, &body("echo", [input("a", kind, url)]))
}

#[tokio::test]
async fn a_file_is_fetched_kept_and_handed_to_the_flow() {
    let (api, server) = (stack(Duration::from_secs(10)).await, Server::start().await);
    let url = server.at("/dir/na%C3%AFve.pdf?key=secret");
    let mut got = told(&api, &send(start(&api, "file", url)).await).await["a"].take();
    let own = got["url"].take();
    assert!(
        own.as_str().unwrap().starts_with(&format!("{}/ext/files/file_", api.stack.base_url()))
    );
    let expected =
        json!({"name": "naïve.pdf", "media_type": "application/pdf", "size_bytes": 8, "url": null});
    assert_eq!(got, expected);
    assert_eq!(read(&own).await, (200, b"%PDF-1.7".to_vec()));
    api.clock.advance(DAY);
    assert_eq!(read(&own).await.0, 200);
    api.clock.advance(Duration::from_millis(1));
    assert_eq!(read(&own).await.0, 404);
    assert_eq!(server.count(), 1, "the flow's reader does not go there");
}

#[tokio::test]
async fn an_image_is_told_as_what_its_bytes_are_wherever_a_redirect_leads() {
    let (api, server) = (stack(Duration::from_secs(10)).await, Server::start().await);
    for (kind, path, name, media_type) in [
        ("image", "/moved", "moved", "image/png"),
        ("file", "/picture", "picture", "text/html"),
        ("file", "/nothing", "nothing", "application/octet-stream"),
        ("file", "/odd", "odd", "application/octet-stream"),
        // What is over the announced length is no part of the answer (RFC 9112, section 6.3).
        ("file", "/long", "long", "application/octet-stream"),
    ] {
        let got = told(&api, &send(start(&api, kind, server.at(path))).await).await;
        assert_eq!(
            (&got["a"]["name"], &got["a"]["media_type"]),
            (&json!(name), &json!(media_type))
        );
    }
    let address = body("filed", [input("address", "file", server.at("/odd"))]);
    let got = told(&api, &send(trigger(&api, &address)).await).await;
    assert_eq!(read(&got["address"]).await, (200, b"odd".to_vec()), "the copy's URL, as a text");
}

#[tokio::test]
async fn no_run_is_started_with_what_cannot_be_fetched() {
    let (api, server) = (stack(Duration::from_secs(10)).await, Server::start().await);
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (kind, url, word) in [
        ("file", server.at("/absent"), "status 404"),
        ("file", server.at("/empty"), "status 204"),
        ("file", server.at("/loop"), "redirects too often"),
        ("file", server.at("/to-metadata"), "public address"),
        ("file", server.at("/to-http"), "public address"),
        ("file", server.at("/to-file"), "public address"),
        ("file", server.at("/script"), "executable or a script"),
        ("file", server.at("/setup.exe"), "executable or a script"),
        ("file", server.at(&format!("/{}", "a".repeat(256))), "status 404"),
        ("file", server.at("/huge"), "over 25,000,000 bytes"),
        ("file", server.at("/endless"), "over 25,000,000 bytes"),
        ("file", server.at("/short"), "broke off"),
        ("file", server.at("/no-http"), "does not speak HTTP"),
        ("image", server.at("/odd"), "PNG, JPEG, GIF or WebP"),
        ("file", format!("http://{closed}/"), "cannot be reached"),
        ("file", "https://169.254.169.254/latest/".to_owned(), "public address"),
        ("file", "https://[fe80::1]/".to_owned(), "public address"),
        ("file", "https://nowhere.invalid/".to_owned(), "cannot be reached"),
        ("file", "http://example.com/".to_owned(), "should be 'https'"),
    ] {
        refused(&send(start(&api, kind, url)).await, word);
    }
    assert_eq!(api.run_count().await, 0);
}

#[tokio::test]
async fn this_machine_is_out_of_reach_where_private_targets_are_not_allowed() {
    let (api, server) = (Api::guarded(Options::default()).await, Server::start().await);
    api.publish(ECHO).await;
    for host in ["127.0.0.1", "localhost"] {
        let url = server.at("/picture").replace("127.0.0.1", host);
        refused(&send(start(&api, "file", url)).await, "public address");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_server_that_keeps_a_start_waiting_is_given_up() {
    let (api, server) = (stack(Duration::from_millis(200)).await, Server::start().await);
    for path in ["/silent", "/stalled"] {
        refused(&send(start(&api, "file", server.at(path))).await, "within 10 seconds");
    }
}

#[tokio::test]
async fn files_that_were_uploaded_are_looked_at_before_any_is_fetched() {
    let (api, server) = (stack(Duration::from_secs(10)).await, Server::start().await);
    let large = put_large(&api).await;
    let inputs = |count: usize| {
        let mut inputs = vec![input("fetched", "file", server.at("/picture"))];
        inputs.extend((0..count).map(|number| input(&number.to_string(), "file", large.clone())));
        inputs
    };
    // Four of them are all that a request may have.
    refused(&send(trigger(&api, &body("echo", inputs(4)))).await, "100,000,000 bytes together");
    let fetched = server.count();
    let mut bad = inputs(1);
    bad[1]["value"] = json!(large.replace("file_", "file_A"));
    assert_eq!(send(trigger(&api, &body("echo", bad))).await.status, 422);
    assert_eq!(server.count(), fetched);
    assert_eq!(send(trigger(&api, &body("echo", inputs(3)))).await.status, 202);
}

#[tokio::test]
async fn a_repeat_fetches_nothing_and_has_the_first_file() {
    let (api, server) = (stack(Duration::from_secs(10)).await, Server::start().await);
    let keyed = |path: &str| start(&api, "file", server.at(path)).header("idempotency-key", "k");
    let first = send(keyed("/picture")).await;
    let again = send(keyed("/picture")).await;
    assert_eq!(again.header("idempotency-replayed"), "true", "{again}");
    assert_eq!(again.json(), first.json());
    let other = send(keyed("/odd")).await;
    assert_eq!(other.json()["detail"][0]["type"], "idempotency_conflict", "{other}");
    assert_eq!(server.count(), 1);
    // Nothing was started with a file that was refused, so its key is free.
    let refusal = start(&api, "file", server.at("/absent")).header("idempotency-key", "l");
    refused(&send(refusal).await, "status 404");
    let mended = start(&api, "file", server.at("/odd")).header("idempotency-key", "l");
    assert_eq!(send(mended).await.status, 202);
}

#[tokio::test]
async fn what_is_fetched_counts_towards_the_rate_and_a_refused_start_fetches_nothing() {
    let (api, server) = (stack(Duration::from_secs(10)).await, Server::start().await);
    let rate = Rate::new("1/min".parse().unwrap(), 3).unwrap();
    let key = api.make_key(|key| key.rate = Some(rate)).await;
    let asked = |path: &str| {
        let asked = body("echo", [input("a", "file", server.at(path))]);
        api.request(Method::POST, TRIGGER).bearer_auth(&key).json(&asked)
    };
    refused(&send(asked("/absent")).await, "status 404");
    assert_eq!(send(asked("/picture")).await.status, 202, "one for the file, one for the run");
    assert_eq!(send(asked("/picture")).await.status, 429);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn streams_and_replays_fetch_and_a_batch_says_that_it_does_not() {
    let (api, server) = (stack(Duration::from_secs(10)).await, Server::start().await);
    let sent = body("echo", [input("a", "file", server.at("/picture"))]);
    let streamed = send(api.post(&format!("{TRIGGER}/stream"), sent.to_string())).await;
    let events = String::from_utf8(streamed.body.to_vec()).unwrap();
    assert!(events.contains("run.completed") && events.contains("/ext/files/file_"), "{events}");
    let first = send(trigger(&api, &sent)).await;
    told(&api, &first).await;
    let run = first.json()["run_id"].as_str().unwrap().to_owned();
    let inputs = json!({"inputs": [input("a", "image", server.at("/moved"))]}).to_string();
    let replayed = send(api.post(&format!("{BASE}/runs/{run}/replay"), inputs)).await;
    assert_eq!(told(&api, &replayed).await["a"]["media_type"], "image/png");
    let fetched = server.count();
    let items =
        send(api.post(&format!("{BASE}/batch"), json!({"items": [sent]}).to_string())).await;
    let fault = items.json()["items"][0]["error"]["detail"][0].take();
    assert_eq!(fault["loc"], json!(["body", "inputs", 0, "value"]));
    assert!(fault["msg"].as_str().unwrap().contains("by their ids"), "{fault}");
    assert_eq!(server.count(), fetched);
}

#[tokio::test]
async fn a_run_that_begins_later_has_its_file_for_a_day_from_then() {
    let (api, server) = (stack(Duration::from_secs(10)).await, Server::start().await);
    let later = |begins_in: Duration| {
        let mut sent = body("echo", [input("a", "file", server.at("/odd"))]);
        sent["run_at"] = json!(START.after(begins_in).to_string());
        trigger(&api, &sent)
    };
    refused(&send(later(DAY + Duration::from_millis(1))).await, "within 24 hours");
    assert_eq!(server.count(), 0);
    let started = send(later(DAY)).await;
    api.clock.advance(DAY);
    let got = told(&api, &started).await;
    api.clock.advance(DAY);
    assert_eq!(read(&got["a"]["url"]).await, (200, b"odd".to_vec()));
}
