//! Files in a multipart form, and what holds for every file.

use std::time::Duration;

use local::Options;
use reqwest::{
    Method, RequestBuilder, Url,
    multipart::{Form, Part},
    redirect::Policy,
};
use serde_json::{Value, json};
use shared::{clock::Clock, model::Timestamp};
use support::{Answer, Api, send};

use crate::wire::flows::ECHO;

pub(super) const TRIGGER: &str = "/ext/triggers/echo";
pub(super) const UPLOADS: &str = "/ext/triggers/echo/files";
pub(super) const DAY: Duration = Duration::from_hours(24);
const START: Timestamp = Timestamp::from_millis(1_770_679_479_000);

/// Takes a list of files, and a number.
const TYPED: &str = r"
document: { dsl: '1.0.3', namespace: test, name: typed, version: '1.0.0' }
input:
  schema:
    document:
      type: object
      required: [documents]
      properties:
        documents: { type: array, items: { type: object, required: [url, size] } }
        count: { type: integer }
do:
  - echo: { set: { input: '${ . }' } }
";

/// Reads its file.
const FETCH: &str = r"
document: { dsl: '1.0.3', namespace: test, name: fetch, version: '1.0.0' }
do:
  - read: { call: http, with: { method: get, endpoint: { uri: '${ .document.url }' } } }
";

pub(super) async fn start() -> Api {
    let api = Api::with(Options { clock: Clock::manual(START), ..Options::default() }).await;
    api.publish(ECHO).await;
    api
}

fn file(name: &str, content: impl Into<Vec<u8>>) -> Part {
    Part::bytes(content.into()).file_name(name.to_owned())
}

fn post(api: &Api, form: Form) -> RequestBuilder {
    api.keyed(Method::POST, TRIGGER).header("x-api-wait", "true").multipart(form)
}

/// A form as its bytes are, with the boundary `b`.
fn raw(api: &Api, body: impl Into<Vec<u8>>) -> RequestBuilder {
    let request = api.keyed(Method::POST, TRIGGER).header("x-api-wait", "true");
    request.header("content-type", "multipart/form-data; boundary=b").body(body.into())
}

pub(super) async fn input(request: RequestBuilder) -> Value {
    let answer = send(request).await;
    assert_eq!(answer.status, 200, "{answer}");
    answer.json()["selectedResult"]["input"].take()
}

#[track_caller]
pub(super) fn refused(answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{answer}");
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains(word), "{message}");
}

/// Reads a URL as any client would, wherever it leads.
pub(super) async fn read(url: &Value) -> (u16, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url.as_str().unwrap()).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

/// Asks for a place to upload a file to.
pub(super) async fn ask(api: &Api, body: &Value) -> Answer {
    send(api.keyed(Method::POST, UPLOADS).json(body)).await
}

/// Uploads a file as its caller is told to; its id.
pub(super) async fn upload(api: &Api, name: &str, content: &'static [u8]) -> String {
    let announced = json!({"name": name, "contentType": "text/plain", "size": content.len()});
    let asked = ask(api, &announced).await;
    assert_eq!(asked.status, 200, "{asked}");
    assert_eq!(put(&asked.json(), content).await, 200);
    asked.json()["fileId"].as_str().unwrap().to_owned()
}

pub(super) async fn put(asked: &Value, content: &'static [u8]) -> u16 {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.put(asked["uploadUrl"].as_str().unwrap()).body(content);
    let headers = asked["headers"].as_object().unwrap();
    // The client says itself how long its body is.
    for (name, value) in headers.iter().filter(|(name, _)| *name != "content-length") {
        request = request.header(name, value.as_str().unwrap());
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_flow_gets_texts_and_files_that_it_can_read() {
    let api = start().await;
    let pdf = file("C:\\dir\\Büro.pdf", b"%PDF-1.7 \x00\xff\r\n--b".to_vec());
    let form = Form::new()
        .text("message", "Grüße")
        .part("document", pdf.mime_str("application/pdf").unwrap())
        .text("message", "again")
        .part("empty", file("e", ""));
    let mut told = input(post(&api, form)).await;
    let url = told["document"]["url"].take();
    let base = format!("{}/ext/files/file_", api.stack.base_url());
    assert!(url.as_str().unwrap().starts_with(&base), "{url}");
    assert!(told["empty"]["url"].take().is_string());
    let expected = json!({
        "message": ["Grüße", "again"],
        "document": {"name": "Büro.pdf", "contentType": "application/pdf", "size": 16, "url": null},
        "empty": {"name": "e", "contentType": "application/octet-stream", "size": 0, "url": null},
    });
    assert_eq!(told, expected);
    assert_eq!(read(&url).await, (200, b"%PDF-1.7 \x00\xff\r\n--b".to_vec()));
}

#[tokio::test]
async fn a_flow_reads_its_file_itself() {
    let api = start().await;
    api.publish(FETCH).await;
    let form = Form::new().part("document", file("a.json", r#"{"answer": 42}"#));
    let request = api.keyed(Method::POST, "/ext/triggers/fetch").header("x-api-wait", "true");
    let answer = send(request.multipart(form)).await;
    assert_eq!(answer.json()["status"], "COMPLETE", "{answer}");
    assert!(answer.json()["selectedResult"].to_string().contains("42"), "{answer}");
}

#[tokio::test]
async fn a_url_of_a_file_works_for_a_day_and_leads_to_one_that_is_signed() {
    let api = start().await;
    let told = input(post(&api, Form::new().part("a", file("a \"b\".txt", "content")))).await;
    let url = told["a"]["url"].as_str().unwrap();
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    api.clock.advance(DAY);
    let led = client.get(url).send().await.unwrap();
    assert_eq!(led.status(), 302);
    assert_eq!(led.headers()["cache-control"], "no-store");
    let place = Url::parse(led.headers()["location"].to_str().unwrap()).unwrap();
    let object = client.get(place.clone()).send().await.unwrap();
    let disposition = object.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename*=UTF-8''a%20%22b%22.txt");
    assert_eq!(object.text().await.unwrap(), "content");
    let mut unsigned = place.clone();
    unsigned.set_query(None);
    assert_eq!(client.get(unsigned).send().await.unwrap().status(), 403);
    let other = place.as_str().replace("X-Amz-Signature=", "X-Amz-Signature=0");
    assert_eq!(client.get(other).send().await.unwrap().status(), 403);
    api.clock.advance(Duration::from_mins(6));
    assert_eq!(client.get(place).send().await.unwrap().status(), 403, "it is signed for minutes");
    assert_eq!(client.get(url).send().await.unwrap().status(), 404, "its day is over");
}

#[tokio::test]
async fn a_url_that_was_changed_leads_nowhere() {
    let api = start().await;
    let told = input(post(&api, Form::new().part("a", file("a.txt", "content")))).await;
    let url = told["a"]["url"].as_str().unwrap();
    for (other, status) in [
        (format!("{url}A"), 404),
        (format!("{}/ext/files/file_", api.stack.base_url()), 404),
        (format!("{}/ext/files/x", api.stack.base_url()), 404),
        (url.replace("/file_", "/whk_"), 404),
    ] {
        assert_eq!(read(&json!(other)).await.0, status, "{other}");
    }
    // The last letters are those of the random number.
    let (rest, last) = url.split_at(url.len() - 8);
    let turned: String = last.chars().rev().collect();
    let (status, content) = read(&json!(format!("{rest}{turned}"))).await;
    assert!(status == 404 && !content.starts_with(b"content"), "{status}");
    let head = api.request(Method::POST, url.strip_prefix(api.stack.base_url()).unwrap());
    assert_eq!(send(head).await.header("allow"), "GET");
}

#[tokio::test]
async fn forms_as_browsers_and_clients_write_them_are_read() {
    let api = start().await;
    let part = |headers: &str, content: &str| format!("--b\r\n{headers}\r\n\r\n{content}\r\n");
    let of = |parts: &[String]| format!("{}--b--\r\n", parts.concat());
    let field = |name: &str, text: &str| {
        part(&format!("Content-Disposition: form-data; name=\"{name}\""), text)
    };
    for (body, expected) in [
        (of(&[]), json!({})),
        (of(&[field("a", "")]), json!({"a": ""})),
        (
            of(&[field("a", "1"), field("b", "x"), field("a", "2")]),
            json!({"a": ["1", "2"], "b": "x"}),
        ),
        (of(&[field("", "1")]), json!({"": "1"})),
        (
            of(&[field("list[]", "1"), field("deep.name", "2")]),
            json!({"list[]": "1", "deep.name": "2"}),
        ),
        (of(&[field("a", "%41+&=")]), json!({"a": "%41+&="})),
        (of(&[field("ü", "🍒\r\n")]), json!({"ü": "🍒\r\n"})),
        (
            of(&[field("_charset_", "UTF-8"), field("a", "1")]),
            json!({"_charset_": "UTF-8", "a": "1"}),
        ),
        // No file was chosen.
        (
            of(&[part(
                "Content-Disposition: form-data; name=\"f\"; filename=\"\"\r\nContent-Type: application/octet-stream",
                "",
            )]),
            json!({}),
        ),
        (
            of(&[part(
                "Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=utf-8",
                "1",
            )]),
            json!({"a": "1"}),
        ),
    ] {
        assert_eq!(input(raw(&api, body.clone())).await, expected, "{body}");
    }
    let query = api.keyed(Method::POST, &format!("{TRIGGER}?a=query&b=query"));
    let form = query.header("x-api-wait", "true").multipart(Form::new().text("a", "form"));
    assert_eq!(input(form).await, json!({"a": "form", "b": "query"}));
    let named =
        of(&[part("Content-Disposition: form-data; name=f; filename*=UTF-8''na%C3%AFve.txt", "1")]);
    assert_eq!(input(raw(&api, named)).await["f"]["name"], "naïve.txt");
}

#[tokio::test]
async fn forms_that_are_not_sound_are_refused_where_they_are_not() {
    let api = start().await;
    let good = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
    for (body, status, word) in [
        (good.to_owned(), 400, "without its last boundary"),
        (format!("{good}--b"), 400, "goes on after the boundary"),
        (format!("{good}--bc--"), 400, "goes on after the boundary"),
        (format!("{good}--b--\r\n{good}--b--"), 400, "after its last boundary"),
        (format!("x{good}--b--"), 400, "begin with its boundary"),
        ("--b\r\nX: y\r\n\r\n1\r\n--b--".to_owned(), 400, "no Content-Disposition"),
        ("--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--".to_owned(), 400, "no name"),
        (
            "--b\r\nContent-Disposition: form-data; name=_charset_\r\n\r\niso-8859-1\r\n--b--".to_owned(),
            415,
            "charset",
        ),
        (
            "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n1\r\n--b--".to_owned(),
            415,
            "charset",
        ),
    ] {
        refused(&send(raw(&api, body)).await, status, word);
    }
    let not_text = b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--b--".to_vec();
    refused(&send(raw(&api, not_text)).await, 400, "at byte 47: field is not UTF-8");
    let without = api.keyed(Method::POST, TRIGGER).header("content-type", "multipart/form-data");
    refused(&send(without.body("--b--")).await, 400, "boundary");
}

#[tokio::test]
async fn executables_are_refused_by_name_and_by_content() {
    let api = start().await;
    for (name, content) in [
        ("a.exe", &b"text"[..]),
        ("a.SH", b"text"),
        ("a.bat.", b"text"),
        ("notes.txt", b"MZ\x90\x00"),
        ("notes.txt", b"\x7fELF\x02"),
        ("notes.txt", b"\xcf\xfa\xed\xfe"),
        ("notes", b"#!/bin/sh\nid"),
    ] {
        let form = Form::new().part("a", file("ok.txt", "1")).part("b", file(name, content));
        let answer = send(post(&api, form)).await;
        refused(&answer, 400, "File 2 is an executable or a script");
        assert!(!answer.to_string().contains(name), "{answer}");
    }
    refused(
        &ask(&api, &json!({"name": "a.exe", "size": 4})).await,
        400,
        "The file is an executable",
    );
    let uploaded = upload(&api, "a.txt", b"#!/bin/sh").await;
    let start = api.keyed(Method::POST, TRIGGER).json(&json!({"a": uploaded}));
    refused(&send(start).await, 400, "File 1 is an executable or a script");
}

#[tokio::test]
async fn a_request_has_twenty_files_and_no_more() {
    let api = start().await;
    let form = |count: usize| {
        (0..count).fold(Form::new(), |form, number| form.part("f", file(&number.to_string(), "1")))
    };
    let told = input(post(&api, form(20))).await;
    let names: Vec<_> =
        told["f"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
    refused(&send(post(&api, form(21))).await, 400, "at most 20 files");
    let uploaded = upload(&api, "a.txt", b"1").await;
    let many = json!({"f": vec![uploaded; 21]});
    refused(&send(api.keyed(Method::POST, TRIGGER).json(&many)).await, 400, "at most 20 files");
}

#[tokio::test]
async fn what_is_too_large_is_told_the_other_way() {
    let api = start().await;
    let frame = b"--b\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n";
    let end = b"\r\n--b--";
    let of =
        |length: usize| [&frame[..], &vec![b'x'; length - frame.len() - end.len()], end].concat();
    assert_eq!(send(raw(&api, of(4_500_000))).await.status, 200);
    refused(&send(raw(&api, of(4_500_001))).await, 413, "POST /ext/triggers/{triggerId}/files");
    let announce = |size: u64| json!({"name": "a", "size": size});
    assert_eq!(ask(&api, &announce(25_000_000)).await.status, 200);
    refused(&ask(&api, &announce(25_000_001)).await, 400, "over 25,000,000 bytes");
    // Before anybody asks whether they are there.
    let large = ask(&api, &announce(25_000_000)).await.json()["fileId"].clone();
    let start = |files: &Value| api.keyed(Method::POST, TRIGGER).json(&json!({"f": files}));
    refused(&send(start(&json!(vec![&large; 5]))).await, 413, "over 100,000,000 bytes together");
    refused(&send(start(&json!(vec![&large; 4]))).await, 400, "File 1 was not uploaded");
}

#[tokio::test]
async fn a_flows_schema_holds_for_files_and_before_they_are_stored() {
    let api = start().await;
    api.publish(TYPED).await;
    let post = |form: Form| {
        let request = api.keyed(Method::POST, "/ext/triggers/typed");
        request.header("x-api-wait", "true").multipart(form)
    };
    let one = Form::new().part("documents", file("a", "1")).text("count", "7");
    let told = input(post(one)).await;
    assert_eq!((&told["documents"][0]["size"], &told["count"]), (&json!(1), &json!(7)));
    refused(&send(post(Form::new().text("documents", "text"))).await, 400, "/documents/0");
    let other = Form::new().part("other", file("a", "1"));
    refused(&send(post(other)).await, 400, "required");
}

#[tokio::test]
async fn a_repeat_has_the_same_fields_and_the_same_files() {
    let api = start().await;
    let call = async |name: &str, content: &str, text: &str| {
        let form = Form::new().part("f", file(name, content.to_owned())).text("t", text.to_owned());
        send(post(&api, form).header("idempotency-key", "k")).await
    };
    let first = call("a.txt", "1", "x").await;
    let again = call("a.txt", "1", "x").await;
    assert_eq!(again.header("idempotency-replayed"), "true", "{again}");
    assert_eq!(again.header("x-pf-run-id"), first.header("x-pf-run-id"));
    // The run has the files that it was started with.
    assert_eq!(again.json()["selectedResult"], first.json()["selectedResult"]);
    assert_eq!(read(&again.json()["selectedResult"]["input"]["f"]["url"]).await.0, 200);
    for (name, content, text) in [("a.txt", "2", "x"), ("b.txt", "1", "x"), ("a.txt", "1", "y")] {
        assert_eq!(call(name, content, text).await.status, 422, "{name} {content} {text}");
    }
}
