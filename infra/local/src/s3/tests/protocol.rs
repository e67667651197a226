//! What S3 answers, over a socket and in this process.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Config, Region},
    error::SdkError,
};
use http::Request;
use tokio::net::TcpListener;

use crate::Recorder;
use crate::s3::{Objects, config, recorded_config, serve};
use crate::test_client::send;

pub(super) const BUCKET: &str = "bucket";
pub(super) const NOW_MS: u64 = 1_770_679_479_000;

pub(super) fn objects() -> Objects {
    Objects::in_memory(BUCKET, Arc::new(|| NOW_MS)).unwrap()
}

pub(super) async fn listen(objects: &Objects) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(objects.clone(), listener, std::future::pending()));
    address
}

/// An SDK as it is out of the box: it signs, and sends checksums of its own.
pub(super) fn ordinary(address: SocketAddr) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .force_path_style(true)
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

async fn both() -> [Client; 2] {
    let objects = objects();
    [Client::from_conf(config(&objects)), ordinary(listen(&objects).await)]
}

fn code<E: aws_sdk_s3::error::ProvideErrorMetadata>(error: &SdkError<E>) -> Option<&str> {
    error.as_service_error()?.code()
}

#[tokio::test]
async fn an_object_is_read_as_it_was_put_until_it_is_deleted() {
    for client in both().await {
        for (key, content) in [
            ("plain", b"content".to_vec()),
            ("empty", Vec::new()),
            ("a/b c/ä+%2F?&#", b"odd".to_vec()),
            (&"long/".repeat(200), vec![7; 6_000_000]),
        ] {
            let put = client.put_object().bucket(BUCKET).key(key).content_type("text/plain");
            let put = put.body(content.clone().into()).send().await.unwrap();
            let head = client.head_object().bucket(BUCKET).key(key).send().await.unwrap();
            assert_eq!(head.content_length, i64::try_from(content.len()).ok(), "{key}");
            assert_eq!(head.content_type.as_deref(), Some("text/plain"));
            assert_eq!(head.last_modified.unwrap().secs(), 1_770_679_479);
            assert_eq!((head.e_tag.is_some(), &head.e_tag), (true, &put.e_tag));
            let get = client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
            assert_eq!(get.e_tag, put.e_tag);
            assert!(get.body.collect().await.unwrap().to_vec() == content, "{key}");
            for _ in 0..2 {
                client.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
            }
            let gone = client.get_object().bucket(BUCKET).key(key).send().await.unwrap_err();
            assert_eq!(code(&gone), Some("NoSuchKey"));
            let gone = client.head_object().bucket(BUCKET).key(key).send().await.unwrap_err();
            assert!(gone.as_service_error().unwrap().is_not_found());
        }
    }
}

#[tokio::test]
async fn the_last_of_two_writes_is_there() {
    let client = Client::from_conf(config(&objects()));
    for content in ["first", "second, and longer", "third"] {
        let put =
            client.put_object().bucket(BUCKET).key("k").body(content.as_bytes().to_vec().into());
        put.send().await.unwrap();
        let get = client.get_object().bucket(BUCKET).key("k").send().await.unwrap();
        assert_eq!(get.body.collect().await.unwrap().to_vec(), content.as_bytes());
    }
}

#[tokio::test]
async fn what_is_not_played_is_refused() {
    for client in both().await {
        let other = client.get_object().bucket("other").key("k").send().await.unwrap_err();
        assert_eq!(code(&other), Some("NoSuchBucket"));
        let list = client.list_objects_v2().bucket(BUCKET).send().await.unwrap_err();
        assert_eq!(code(&list), Some("NotImplemented"));
        let tags = client.get_object_tagging().bucket(BUCKET).key("k").send().await.unwrap_err();
        assert_eq!(code(&tags), Some("NotImplemented"));
        let parts = client.create_multipart_upload().bucket(BUCKET).key("k").send().await;
        assert_eq!(code(&parts.unwrap_err()), Some("NotImplemented"));
        let put = client.put_object().bucket(BUCKET).key("k").if_none_match("etag");
        assert_eq!(code(&put.send().await.unwrap_err()), Some("NotImplemented"));
        let get = client.get_object().bucket(BUCKET).key("k").if_none_match("etag");
        assert_eq!(code(&get.send().await.unwrap_err()), Some("NotImplemented"));
        let copy = client.copy_object().bucket(BUCKET).key("k").copy_source("bucket/l");
        assert_eq!(code(&copy.send().await.unwrap_err()), Some("NotImplemented"));
        let get = client.get_object().bucket(BUCKET).key("k").range("bytes=1-2");
        assert_eq!(code(&get.send().await.unwrap_err()), Some("NotImplemented"));
    }
    let address = listen(&objects()).await;
    let chunked = Request::put(format!("http://{address}/bucket/k"))
        .header("authorization", "AWS4-HMAC-SHA256 of some SDK")
        .header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    assert_eq!(send(address, chunked, "1\r\na\r\n0\r\n\r\n").await.status(), 501);
}

#[tokio::test]
async fn the_beginning_of_an_object_is_read_alone() {
    for client in both().await {
        for (key, content) in [("long", "0123456789"), ("short", "0"), ("empty", "")] {
            let put = client.put_object().bucket(BUCKET).key(key);
            put.body(content.as_bytes().to_vec().into()).send().await.unwrap();
        }
        let read =
            async |key| client.get_object().bucket(BUCKET).key(key).range("bytes=0-3").send().await;
        for (key, expected, range) in
            [("long", "0123", "bytes 0-3/10"), ("short", "0", "bytes 0-0/1")]
        {
            let part = read(key).await.unwrap();
            assert_eq!(part.content_range.as_deref(), Some(range));
            assert_eq!(part.content_length, i64::try_from(expected.len()).ok());
            assert_eq!(part.body.collect().await.unwrap().to_vec(), expected.as_bytes());
        }
        assert_eq!(code(&read("empty").await.unwrap_err()), Some("InvalidRange"));
    }
}

#[tokio::test]
async fn what_must_not_be_there_is_not_replaced() {
    for (client, key) in both().await.iter().zip(["here", "there"]) {
        let put = async |content: &[u8]| {
            let put = client.put_object().bucket(BUCKET).key(key).if_none_match("*");
            put.body(content.to_vec().into()).send().await
        };
        put(b"first").await.unwrap();
        assert_eq!(code(&put(b"second").await.unwrap_err()), Some("PreconditionFailed"));
        let get = client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        assert_eq!(get.body.collect().await.unwrap().to_vec(), b"first");
    }
}

#[tokio::test]
async fn a_recorder_sees_every_request() {
    let recorder = Recorder::default();
    let client = Client::from_conf(recorded_config(&objects(), recorder.clone()));
    client.put_object().bucket(BUCKET).key("k").body(vec![1].into()).send().await.unwrap();
    client.get_object().bucket(BUCKET).key("k").send().await.unwrap();
    let seen: Vec<_> =
        recorder.take().into_iter().map(|request| (request.service, request.operation)).collect();
    assert_eq!(seen, [("s3", "PutObject".to_owned()), ("s3", "GetObject".to_owned())]);
}
