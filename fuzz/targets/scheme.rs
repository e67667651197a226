//! Any text as a provider's scheme: nothing may panic, neither reading it nor signing and verifying by it.
//!
//! What stands behind an empty line is the body of a request.

#![no_main]

use fuzz::{
    model::{Secret, Timestamp},
    webhook::{
        Delivery, Request, Scheme, SigningKey, Unsigned, check_secret, inspect, scheme::Unreadable,
        sign, verify,
    },
};
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// Hex, base64 and plain text at once.
const SECRET: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

const SEED: [u8; 32] = [7; 32];

fn play(scheme: &Scheme, body: &str) {
    let secrets = [Secret::new(SECRET.to_owned())];
    let _ = check_secret(scheme, &secrets[0]);
    for key in [SigningKey::Shared(&secrets[0]), SigningKey::Ed25519(&SEED)] {
        let json = HeaderValue::from_static("application/json");
        let unsigned = Unsigned {
            method: "POST".to_owned(),
            url: "https://hooks.example.com/a?b=%3A".to_owned(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
            body: body.as_bytes().to_vec(),
            id: "1".to_owned(),
        };
        let Ok(signed) = sign(scheme, key, unsigned, NOW) else { continue };
        let request = Request {
            method: &signed.method,
            url: &signed.url,
            headers: &signed.headers,
            body: &signed.body,
        };
        let _ = inspect(scheme, &secrets[0], &request, NOW);
        let Ok(verified) = verify(scheme, &secrets, &request, NOW) else { continue };
        let delivery = Delivery::read(scheme, &verified, &request, NOW);
        let _ = (delivery.handshake(), delivery.reply());
        assert!(delivery.into_envelope().into_value().is_object());
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (text, body) = text.split_once("\n\n").unwrap_or((text, "{}"));
    match Scheme::read(text) {
        Ok(scheme) => play(&scheme, body),
        Err(Unreadable::Text { message, .. }) => assert!(!message.is_empty()),
        Err(Unreadable::Faulty(faults)) => assert!(!faults.is_empty()),
    }
});
