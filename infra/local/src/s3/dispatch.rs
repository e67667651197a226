//! S3's protocol, path-style: which request asks for what. Signatures are not looked at, so presigned URLs work, and
//! never expire. What is not understood is refused rather than done by halves.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use percent_encoding::percent_decode_str;

use super::answer::{self, Refusal};
use super::objects::Objects;

/// What S3 says of an object that was put there without a type.
const NO_TYPE: &str = "binary/octet-stream";

/// Headers that make another operation of a request, or put a condition on it.
const UNKNOWN_HEADERS: [&str; 4] = ["if-match", "if-none-match", "range", "x-amz-copy-source"];

/// Answers one request.
pub(super) async fn answer(objects: &Objects, request: Request<Bytes>) -> Response<Bytes> {
    dispatch(objects, request).await.unwrap_or_else(Into::into)
}

async fn dispatch(objects: &Objects, request: Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
    let (parts, content) = request.into_parts();
    let path = percent_decode_str(parts.uri.path().trim_start_matches('/')).decode_utf8_lossy();
    let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
    if bucket != objects.bucket() {
        return Err(Refusal::NoSuchBucket);
    }
    let plain = parts.uri.query().is_none_or(is_plain) && has_plain_headers(&parts.headers);
    if key.is_empty() || !plain {
        return Err(Refusal::NotImplemented);
    }
    let key = key.to_owned();
    match parts.method {
        Method::PUT => {
            let content_type = text(&parts.headers, header::CONTENT_TYPE.as_str());
            let content_type = content_type.unwrap_or(NO_TYPE).to_owned();
            let etag = objects.put(key, content_type, content).await?;
            Ok(answer::written(&etag))
        }
        Method::GET => {
            let found = objects.get(key).await?;
            let (head, content) = found.ok_or(Refusal::NoSuchKey)?;
            Ok(answer::object(&head, content.into()))
        }
        Method::HEAD => {
            let found = objects.head(key).await?;
            // There is no body to say more in.
            Ok(found.map_or(answer::empty(StatusCode::NOT_FOUND), |head| {
                answer::object(&head, Bytes::new())
            }))
        }
        Method::DELETE => {
            objects.delete(key).await?;
            Ok(answer::empty(StatusCode::NO_CONTENT))
        }
        _ => Err(Refusal::NotImplemented),
    }
}

/// Whether a query holds nothing but the SDK's name of the operation and a signature. Most of what S3 can do else is
/// asked for by a parameter.
fn is_plain(query: &str) -> bool {
    query
        .split('&')
        .all(|parameter| parameter.starts_with("x-id=") || parameter.starts_with("X-Amz-"))
}

fn has_plain_headers(headers: &HeaderMap) -> bool {
    // A body that is signed piece by piece has the signatures in it.
    let signed = text(headers, "x-amz-content-sha256").unwrap_or_default();
    !signed.starts_with("STREAMING-") && UNKNOWN_HEADERS.iter().all(|it| !headers.contains_key(*it))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
