//! What verifying one delivery of 2 KB costs, for each way of signing. `cargo bench -p shared-core`.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, header::CONTENT_TYPE};
use shared_core::{
    model::{Secret, Timestamp},
    webhook::{Request, SigningKey, Unsigned, named, sign, verify},
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const BODY_BYTES: usize = 2048;
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// RFC 8032 §7.1, TEST 1.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];

/// Provider, secret, content type. Each way of signing once.
const ROWS: [(&str, &str, &str); 9] = [
    ("github", "gh-vector-secret", JSON),
    ("stripe", "whsec_test_secret_1", JSON),
    ("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", JSON),
    ("slack", "8f742231b10e8888abcd99yyyzzz85a5", JSON),
    ("linear", "lin_wh_secret", JSON),
    ("hubspot", "hs-client-secret", JSON),
    ("intercom", "ic-client-secret", JSON),
    ("twilio", "12345", FORM),
    ("discord", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", JSON),
];

/// Of a message that Twilio hands on, but for its text.
const PARAMETERS: &str = "ToCountry=DE&ToState=&SmsMessageSid=SM1234567890abcdef1234567890abcdef&NumMedia=0&ToCity=\
&FromZip=&SmsSid=SM1234567890abcdef1234567890abcdef&FromState=CA&SmsStatus=received&FromCity=&FromCountry=US\
&MessagingServiceSid=MG1234567890abcdef1234567890abcdef&To=%2B18005551212&ToZip=&NumSegments=1\
&MessageSid=SM1234567890abcdef1234567890abcdef&AccountSid=AC1234567890abcdef1234567890abcdef\
&From=%2B14158675309&ApiVersion=2010-04-01&Body=";

fn body(content_type: &str) -> Vec<u8> {
    let (start, text, end) = match content_type {
        JSON => (r#"{"webhookTimestamp":1790000000000,"text":""#, "some words ", "\"}"),
        _ => (PARAMETERS, "some+words+", ""),
    };
    let mut body = start.to_owned();
    while body.len() < BODY_BYTES - text.len() {
        body.push_str(text);
    }
    body.push_str(end);
    body.into_bytes()
}

fn verification(criterion: &mut Criterion) {
    for (provider, text, content_type) in ROWS {
        let Some(scheme) = named(provider) else { continue };
        let secrets = [Secret::new(text.to_owned())];
        let [secret] = &secrets;
        let key = match provider {
            "discord" => SigningKey::Ed25519(&SEED),
            _ => SigningKey::Shared(secret),
        };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
        let unsigned = Unsigned {
            method: "POST".to_owned(),
            url: "https://hooks.example.com/ext/webhook/k/triggers/t".to_owned(),
            headers,
            body: body(content_type),
            id: "msg_1".to_owned(),
        };
        let Ok(signed) = sign(scheme, key, unsigned, NOW) else { continue };
        let request = Request {
            method: &signed.method,
            url: &signed.url,
            headers: &signed.headers,
            body: &signed.body,
        };
        assert!(verify(scheme, &secrets, &request, NOW).is_ok(), "{provider}");
        criterion.bench_function(&format!("verify/{provider}"), |bencher| {
            bencher.iter(|| verify(black_box(scheme), &secrets, black_box(&request), NOW).is_ok());
        });
    }
}

criterion_group! {
    name = webhook;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    targets = verification
}
criterion_main!(webhook);
