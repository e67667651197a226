//! Whether a request of the socket may be answered: a presigned URL is held against its signature (AWS Signature
//! Version 4 in the query, S3 API reference, "Authenticating Requests: Using Query Parameters"), and a request that is
//! neither presigned nor signed is refused. What SDKs sign in a header is believed: only this machine gets here.

use std::time::Duration;

use axum::http::{HeaderMap, Method, Uri, header};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::Sha256;
use shared::model::{ContentHash, Timestamp};

use super::answer::Refusal;

/// The one pair of credentials that there is, as `endpoints.json` and the guides have it.
const ACCESS_KEY: &str = "local";
const SECRET_KEY: &str = "local";

/// How far a clock may be ahead of the bucket's.
const AHEAD: Duration = Duration::from_mins(15);

/// Longest life of a URL.
const LONGEST_S: u64 = 7 * 24 * 60 * 60;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Lets a request pass that is signed, at `now_ms`.
pub(super) fn check(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    now_ms: u64,
) -> Result<(), Refusal> {
    let query = uri.query().unwrap_or_default();
    if !query.split('&').any(|pair| pair.starts_with("X-Amz-Signature=")) {
        let signed = headers.get(header::AUTHORIZATION);
        let is_signed = signed.is_some_and(|it| it.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "));
        return if is_signed { Ok(()) } else { Err(Refusal::AccessDenied) };
    }
    let presigned = Presigned::read(query).ok_or(Refusal::AccessDenied)?;
    let starts_at = presigned.starts_at().ok_or(Refusal::AccessDenied)?;
    let now = Timestamp::from_millis(now_ms);
    let lasts_s = presigned.of("X-Amz-Expires").parse::<u64>().ok();
    let lasts_s = lasts_s.filter(|seconds| (1..=LONGEST_S).contains(seconds));
    let lasts = Duration::from_secs(lasts_s.ok_or(Refusal::AccessDenied)?);
    if now > starts_at.after(lasts) || starts_at > now.after(AHEAD) {
        return Err(Refusal::AccessDenied);
    }
    if presigned.is_genuine(method, uri.path(), headers) == Some(true) {
        Ok(())
    } else {
        Err(Refusal::SignatureDoesNotMatch)
    }
}

/// The parameters of a presigned URL, decoded, in their order.
struct Presigned(Vec<(String, String)>);

impl Presigned {
    fn read(query: &str) -> Option<Self> {
        let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        });
        pairs.collect::<Option<_>>().map(Self)
    }

    /// A parameter's text, empty where there is none.
    fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// `20260209T232439Z`.
    fn starts_at(&self) -> Option<Timestamp> {
        let text = self.of("X-Amz-Date");
        let part = |from, to| text.get(from..to);
        let date = [part(0, 4)?, part(4, 6)?, part(6, 8)?].join("-");
        let time = [part(9, 11)?, part(11, 13)?, part(13, 15)?].join(":");
        (text.len() == 16).then(|| format!("{date}T{time}Z").parse().ok()).flatten()
    }

    fn is_genuine(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<bool> {
        let (key, scope) = self.of("X-Amz-Credential").split_once('/')?;
        let parts: Vec<_> = scope.split('/').collect();
        let [date, _region, "s3", "aws4_request"] = parts[..] else { return None };
        let time = self.of("X-Amz-Date");
        let algorithm = self.of("X-Amz-Algorithm");
        if key != ACCESS_KEY || algorithm != "AWS4-HMAC-SHA256" || !time.starts_with(date) {
            return None;
        }
        let signed: Vec<_> = self.of("X-Amz-SignedHeaders").split(';').collect();
        let is_signed = |name: &str| signed.contains(&name);
        // What S3 takes for an order of its own must not be added by somebody else.
        let mut named = headers.keys().map(header::HeaderName::as_str);
        if !is_signed("host") || !named.all(|name| is_signed(name) || !name.starts_with("x-amz-")) {
            return None;
        }
        let request = [
            method.as_str(),
            path,
            &self.canonical_query(),
            &canonical_headers(&signed, headers)?,
            self.of("X-Amz-SignedHeaders"),
            "UNSIGNED-PAYLOAD",
        ];
        let digest = ContentHash::of(request.join("\n").as_bytes());
        let text = [algorithm, time, scope, digest.as_str()].join("\n");
        let mut key = format!("AWS4{SECRET_KEY}").into_bytes();
        for part in parts {
            key = hmac(&key, part)?.finalize().into_bytes().to_vec();
        }
        let signature = unhex(self.of("X-Amz-Signature"))?;
        Some(hmac(&key, &text)?.verify_slice(&signature).is_ok())
    }

    fn canonical_query(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
        let parameters = self.0.iter().filter(|(name, _)| name != "X-Amz-Signature");
        let mut pairs: Vec<_> =
            parameters.map(|(name, value)| (encoded(name), encoded(value))).collect();
        pairs.sort();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("&")
    }
}

/// A line for each, and an empty one.
fn canonical_headers(signed: &[&str], headers: &HeaderMap) -> Option<String> {
    let mut lines = String::new();
    for name in signed {
        let values = headers.get_all(*name).iter().map(|value| value.to_str().ok().map(str::trim));
        let values = values.collect::<Option<Vec<_>>>()?;
        lines.extend([*name, ":", &values.join(","), "\n"]);
    }
    Some(lines)
}

fn hmac(key: &[u8], text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
