//! The published vectors, made and judged by the providers' own libraries or printed in their documentation.

use std::{fs, path::PathBuf};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

use super::requests::{at, scheme, secret};
use crate::webhook::{Delivery, Request, check_secret, verify};

#[derive(Deserialize)]
struct Vector {
    name: String,
    provider: String,
    method: String,
    #[serde(default)]
    url: String,
    secret: String,
    headers: std::collections::BTreeMap<String, String>,
    body: String,
    now: u64,
    expect: String,
    #[serde(default)]
    dedup_id: Option<String>,
    #[serde(default)]
    handshake: Option<String>,
    #[serde(default)]
    expected_response: Option<Value>,
}

/// The vectors beside the repository; none where they are absent.
fn vectors() -> Vec<Vector> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/webhooks.json");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: the webhook vectors are not at {}", path.display());
        return Vec::new();
    };
    serde_json::from_str(&text).unwrap()
}

impl Vector {
    fn headers(&self) -> HeaderMap {
        self.headers
            .iter()
            .map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
            })
            .collect()
    }
}

#[test]
fn every_published_vector_is_judged_as_its_provider_does() {
    for vector in vectors() {
        let name = &vector.name;
        let secrets = [secret("another-secret"), secret(&vector.secret)];
        let headers = vector.headers();
        let body = vector.body.as_bytes();
        let request = Request { method: &vector.method, url: &vector.url, headers: &headers, body };
        let scheme = scheme(&vector.provider);
        check_secret(scheme, &secrets[1]).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let now = at(vector.now);
        match (verify(scheme, &secrets, &request, now), vector.expect.as_str()) {
            (Err(refusal), "reject") => eprintln!("{name}: {refusal}"),
            (Err(refusal), _) => panic!("{name}: {refusal}"),
            (Ok(_), "reject") => panic!("{name} was accepted"),
            (Ok(verified), _) => {
                let delivery = Delivery::read(scheme, &verified, &request, now);
                let answer = delivery.handshake();
                let is_handshake =
                    vector.handshake.is_some() && vector.provider != "teams-outgoing";
                assert_eq!(answer.is_some(), is_handshake, "{name}");
                if let Some(expected) = vector.expected_response {
                    assert_eq!(answer.unwrap().json, Some(expected), "{name}");
                }
                if let Some(id) =
                    vector.dedup_id.filter(|id| headers.values().any(|value| value == id))
                {
                    assert_eq!(delivery.id(), id, "{name}");
                }
            }
        }
    }
}

#[test]
fn no_single_bit_of_a_published_request_can_be_changed() {
    for vector in vectors().iter().filter(|vector| vector.expect == "accept") {
        let (headers, scheme) = (vector.headers(), scheme(&vector.provider));
        let secrets = [secret(&vector.secret)];
        if vector.name == "gitlab/legacy-token" {
            continue; // A token covers nothing.
        }
        let mut body = vector.body.clone().into_bytes();
        for bit in 0..body.len() * 8 {
            body[bit / 8] ^= 1 << (bit % 8);
            let Vector { method, url, .. } = vector;
            let request = Request { method, url, headers: &headers, body: &body };
            let outcome = verify(scheme, &secrets, &request, at(vector.now));
            assert!(outcome.is_err(), "{}: bit {bit} of the body", vector.name);
            body[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
