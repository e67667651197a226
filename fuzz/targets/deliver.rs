//! Any body that was verified: JSON, forms and the rest become an envelope without a panic.
//!
//! The input's first byte chooses provider and content type, the rest is the body.

#![no_main]

use fuzz::{
    model::{Secret, Timestamp},
    webhook::{Delivery, Request, SigningKey, Unsigned, named, sign, verify},
};
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const PROVIDERS: [&str; 8] =
    ["github", "hubspot", "shopify", "slack", "stripe", "twilio", "typeform", "zoom"];
const CONTENT_TYPES: [&str; 4] = [
    "application/x-www-form-urlencoded",
    "application/json",
    "text/plain; charset=iso-8859-1",
    "application/x-www-form-urlencoded; charset=utf-8",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, body)) = data.split_first() else { return };
    let choice = usize::from(*choice);
    let content_type = CONTENT_TYPES[choice / PROVIDERS.len() % CONTENT_TYPES.len()];
    let Some(scheme) = named(PROVIDERS[choice % PROVIDERS.len()]) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let secrets = [Secret::new("a-secret-that-nobody-guesses".to_owned())];
    let unsigned = Unsigned {
        method: "POST".to_owned(),
        url: "https://hooks.example.com/".to_owned(),
        headers,
        body: body.to_vec(),
        id: "1".to_owned(),
    };
    // Twilio signs no form that is none.
    let Ok(signed) = sign(scheme, SigningKey::Shared(&secrets[0]), unsigned, NOW) else { return };
    let request = Request {
        method: &signed.method,
        url: &signed.url,
        headers: &signed.headers,
        body: &signed.body,
    };
    let verified = verify(scheme, &secrets, &request, NOW).expect("what was signed verifies");
    let delivery = Delivery::read(scheme, &verified, &request, NOW);
    assert!(!delivery.id().is_empty());
    let _ = (delivery.handshake(), delivery.reply());
    // Whatever the body says, results go to the provider.
    let follow_up = delivery.follow_up();
    assert!(follow_up.is_none_or(|it| it.url.starts_with("https://hooks.slack.com/")));
    assert!(delivery.into_envelope().into_value().is_object());
});
