//! S3's protocol, path-style: which request asks for what. Who may ask is not decided here. What is not understood is
//! refused rather than done by halves.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;

use super::answer::{self, Refusal};
use super::objects::Objects;

/// What S3 says of an object that was put there without a type.
const NO_TYPE: &str = "binary/octet-stream";

/// Headers that make another operation of a request, or put a condition on it.
const UNKNOWN_HEADERS: [&str; 2] = ["if-match", "x-amz-copy-source"];

/// What a GET may ask for as the header of its answer.
const DISPOSITION: &str = "response-content-disposition";

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
            let may_replace = match text(&parts.headers, "if-none-match") {
                None => true,
                Some("*") => false,
                Some(_) => return Err(Refusal::NotImplemented),
            };
            let etag = objects.put(key, content_type, content, may_replace).await?;
            Ok(answer::written(&etag.ok_or(Refusal::PreconditionFailed)?))
        }
        Method::GET if !parts.headers.contains_key("if-none-match") => {
            let last = text(&parts.headers, "range").map(|range| {
                let last = range.strip_prefix("bytes=0-").and_then(|last| last.parse().ok());
                last.ok_or(Refusal::NotImplemented)
            });
            let last = last.transpose()?;
            let found = objects.get(key).await?;
            let (head, content) = found.ok_or(Refusal::NoSuchKey)?;
            let mut response = match last {
                Some(last) => answer::beginning(&head, content, last)?,
                None => answer::object(&head, content.into()),
            };
            if let Some(disposition) = disposition(&parts.uri) {
                answer::set(&mut response, header::CONTENT_DISPOSITION, &disposition);
            }
            Ok(response)
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
    let known = ["x-id=", "X-Amz-", DISPOSITION];
    query.split('&').all(|parameter| known.iter().any(|known| parameter.starts_with(known)))
}

fn disposition(uri: &Uri) -> Option<String> {
    let parameters = uri.query().unwrap_or_default().split('&');
    let mut values = parameters.filter_map(|it| it.strip_prefix(DISPOSITION)?.strip_prefix('='));
    Some(percent_decode_str(values.next()?).decode_utf8_lossy().into_owned())
}

fn has_plain_headers(headers: &HeaderMap) -> bool {
    // A body that is signed piece by piece has the signatures in it.
    let signed = text(headers, "x-amz-content-sha256").unwrap_or_default();
    !signed.starts_with("STREAMING-") && UNKNOWN_HEADERS.iter().all(|it| !headers.contains_key(*it))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
