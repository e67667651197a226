//! What the sender's side signs, the receiver's accepts, whatever it is.

use http::header::CONTENT_TYPE;
use proptest::prelude::*;

use super::requests::{PAIRS, URL, at, is_token};
use crate::webhook::{Delivery, Signed, Unsigned, samples, scheme::TimestampPlace, verify};

fn body(pair: super::requests::Pair, bytes: Vec<u8>, text: &str) -> (Vec<u8>, &'static str) {
    let dated = pair.scheme().methods.iter().any(|method| {
        method.timestamp.as_ref().is_some_and(|rule| matches!(rule.at, TimestampPlace::Body(_)))
    });
    if dated {
        let body = serde_json::json!({ "webhookTimestamp": 0, "text": text });
        (body.to_string().into_bytes(), "application/json")
    } else {
        (bytes, "application/octet-stream")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_signed_verifies_and_nothing_else_does(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        text in ".{0,40}",
        id in "[a-zA-Z0-9_-]{1,60}",
        seconds in 1_000_000_000_u64..4_000_000_000,
        flip in any::<prop::sample::Index>(),
    ) {
        for pair in PAIRS {
            let (body, content_type) = body(pair, bytes.clone(), &text);
            let mut headers = http::HeaderMap::new();
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
            let unsigned = Unsigned {
                method: "POST".to_owned(), url: URL.to_owned(), headers, body, id: id.clone(),
            };
            let signed = pair.signed(unsigned, at(seconds));
            prop_assert_eq!(signed.judged(pair, at(seconds)), Ok(()), "{:?}", pair);
            if !signed.body.is_empty() && !is_token(pair) {
                let mut body = signed.body.clone();
                let bit = flip.index(body.len() * 8);
                body[bit / 8] ^= 1 << (bit % 8);
                let changed = Signed { body, ..signed };
                prop_assert!(changed.judged(pair, at(seconds)).is_err(), "{:?}", pair);
            }
        }
    }

    #[test]
    fn no_request_makes_anything_panic(
        header in "\\PC{0,120}",
        body in prop::collection::vec(any::<u8>(), 0..200),
        form in any::<bool>(),
    ) {
        for pair in PAIRS {
            let mut signed = pair.sample(samples(pair.provider).remove(0), at(1_790_000_000));
            let content_type = if form { "application/x-www-form-urlencoded" } else { "application/json" };
            for name in super::requests::deciding(pair) {
                signed = signed.with(&name, header.as_bytes()).unwrap_or(signed);
            }
            signed.body.clone_from(&body);
            signed.headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
            prop_assert!(signed.judged(pair, at(1_790_000_000)).is_err(), "{:?}", pair);
        }
    }

    #[test]
    fn every_verified_body_has_an_envelope(
        body in prop::collection::vec(any::<u8>(), 0..200),
        content_type in prop::sample::select(vec![
            "application/json", "application/x-www-form-urlencoded", "text/plain", "image/png",
            "application/x-www-form-urlencoded; charset=iso-8859-1",
        ]),
    ) {
        let pair = PAIRS[3];
        let mut headers = http::HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        let unsigned = Unsigned {
            method: "POST".to_owned(), url: URL.to_owned(), headers, body, id: "1".to_owned(),
        };
        let signed = pair.signed(unsigned, at(1));
        let secrets = [super::requests::secret(pair.secret)];
        let request = signed.request();
        let verified = verify(pair.scheme(), &secrets, &request, at(1)).unwrap();
        let envelope = Delivery::read(pair.scheme(), &verified, &request, at(1)).into_envelope();
        let event = envelope.into_value();
        prop_assert_eq!(&event["specversion"], "1.0");
        prop_assert!(event.get("data").is_none() || event.get("data_base64").is_none());
    }
}
