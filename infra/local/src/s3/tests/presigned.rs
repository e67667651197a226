//! Presigned URLs, as an SDK signs them and a plain client uses them.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use http::Request;

use super::protocol::{BUCKET, NOW_MS, listen, objects, ordinary};
use crate::test_client::send;

/// Signed so long before the bucket's time, for a minute.
fn signed(before: Duration) -> PresigningConfig {
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(NOW_MS);
    let config = PresigningConfig::builder().start_time(now - before);
    config.expires_in(Duration::from_mins(1)).build().unwrap()
}

async fn put(address: SocketAddr, key: &str, length: i64) -> PresignedRequest {
    let put = ordinary(address).put_object().bucket(BUCKET).key(key).content_type("text/plain");
    let put = put.content_length(length).if_none_match("*");
    put.presigned(signed(Duration::ZERO)).await.unwrap()
}

async fn use_it(address: SocketAddr, put: &PresignedRequest, content: &'static str) -> u16 {
    let mut request = Request::put(put.uri());
    for (name, value) in put.headers() {
        request = request.header(name, value);
    }
    let host = address.to_string();
    send(address, request.header("host", host), content).await.status().as_u16()
}

async fn get(address: SocketAddr, url: &str) -> (u16, Vec<u8>) {
    let request = Request::get(url).header("host", address.to_string());
    let answer = send(address, request, "").await;
    (answer.status().as_u16(), answer.body().to_vec())
}

#[tokio::test]
async fn a_presigned_url_is_all_that_a_plain_client_needs() {
    let address = listen(&objects()).await;
    let upload = put(address, "a/b c", 7).await;
    assert_eq!(use_it(address, &upload, "content").await, 200);
    let get = ordinary(address).get_object().bucket(BUCKET).key("a/b c");
    let get = get.response_content_disposition("attachment; filename*=UTF-8''a%20b.txt");
    let get = get.presigned(signed(Duration::from_secs(59))).await.unwrap();
    let request = Request::get(get.uri()).header("host", address.to_string());
    let answer = send(address, request, "").await;
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"content"[..]));
    assert_eq!(answer.headers()["content-type"], "text/plain");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename*=UTF-8''a%20b.txt");
}

#[tokio::test]
async fn an_upload_is_of_the_length_and_the_type_that_were_signed_and_happens_once() {
    let address = listen(&objects()).await;
    for (key, content, status) in [("short", "conten", 403), ("long", "contents", 403)] {
        let upload = put(address, key, 7).await;
        let mut request = Request::put(upload.uri()).header("host", address.to_string());
        for (name, value) in upload.headers() {
            let value =
                if name == "content-length" { content.len().to_string() } else { value.to_owned() };
            request = request.header(name, value);
        }
        assert_eq!(send(address, request, content).await.status(), status, "{key}");
    }
    for left_out in ["content-type", "if-none-match"] {
        let upload = put(address, "k", 7).await;
        let mut request = Request::put(upload.uri()).header("host", address.to_string());
        for (name, value) in upload.headers().filter(|(name, _)| *name != left_out) {
            request = request.header(name, value);
        }
        assert_eq!(send(address, request, "content").await.status(), 403, "{left_out}");
    }
    let upload = put(address, "k", 7).await;
    assert_eq!(use_it(address, &upload, "content").await, 200);
    assert_eq!(use_it(address, &upload, "another").await, 412);
}

#[tokio::test]
async fn a_url_that_is_not_signed_for_this_or_not_any_more_is_refused() {
    let address = listen(&objects()).await;
    let client = ordinary(address);
    for key in ["k", "other"] {
        client.put_object().bucket(BUCKET).key(key).body(vec![1].into()).send().await.unwrap();
    }
    let sign = async |before| {
        let get = client.get_object().bucket(BUCKET).key("k");
        get.presigned(signed(before)).await.unwrap().uri().to_owned()
    };
    let url = sign(Duration::ZERO).await;
    assert_eq!(get(address, &url).await.0, 200);
    let place = url.find("X-Amz-Signature=").unwrap() + "X-Amz-Signature=".len();
    // Every digit of the signature counts.
    for place in place..place + 64 {
        let mut other = url.clone().into_bytes();
        other[place] = if other[place] == b'0' { b'1' } else { b'0' };
        assert_eq!(get(address, &String::from_utf8(other).unwrap()).await.0, 403);
    }
    let unsigned = url.split('?').next().unwrap().to_owned();
    for other in [
        unsigned.clone(),
        format!("{unsigned}?x-id=GetObject"),
        format!("{unsigned}?X-Amz-Signature="),
        url.replace("/k?", "/other?"),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        url.replace("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders="),
        url.replace("local%2F", "another%2F"),
        format!("{url}&response-content-disposition=inline"),
        sign(Duration::from_secs(61)).await,
    ] {
        assert_ne!(other, url);
        assert_eq!(get(address, &other).await.0, 403, "{other}");
    }
    let put = Request::put(&*url).header("host", address.to_string());
    assert_eq!(send(address, put, "x").await.status(), 403);
    let elsewhere = Request::get(&*url).header("host", "example.com");
    assert_eq!(send(address, elsewhere, "").await.status(), 403);
}
