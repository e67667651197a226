//! Any headers and any body against every provider: nothing may panic, nothing may pass.
//!
//! The input's first line is the text of every header that decides, the rest is the body.

#![no_main]

use fuzz::{
    model::{Secret, Timestamp},
    webhook::{
        Request, Scheme, inspect, named, names,
        scheme::{Method, TimestampPlace},
        verify,
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const URL: &str = "https://hooks.example.com/ext/webhook/k/triggers/t?bodySHA256=0";

/// One for each way of turning a secret into a key.
const SECRETS: [&str; 4] = [
    "a-secret-that-nobody-guesses",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
];

fn deciding(method: &Method) -> Vec<HeaderName> {
    let mut names = vec![method.signature.header.name().clone()];
    names.extend(method.id.iter().map(|header| header.name().clone()));
    if let Some(TimestampPlace::Header(header)) = method.timestamp.as_ref().map(|rule| &rule.at) {
        names.push(header.name().clone());
    }
    names
}

fn attempt(scheme: &Scheme, text: &[u8], body: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(text) else { return };
    let mut headers = HeaderMap::new();
    let form = "application/x-www-form-urlencoded";
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form));
    for method in &scheme.methods {
        for name in deciding(method) {
            headers.insert(name, value.clone());
        }
    }
    let secrets = SECRETS.map(|secret| Secret::new(secret.to_owned()));
    for url in [URL, URL.split('?').next().unwrap_or_default()] {
        let request = Request { method: "POST", url, headers: &headers, body };
        assert!(verify(scheme, &secrets, &request, NOW).is_err());
        for secret in &secrets {
            let _ = inspect(scheme, secret, &request, NOW);
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (text, body) = data.split_at(end);
    for scheme in names().filter_map(named) {
        attempt(scheme, text, body);
    }
});
