//! The published vectors, made and judged by the providers' own libraries or printed in their documentation, through
//! the route of a trigger's own URL.

use std::{collections::BTreeMap, fs, path::PathBuf};

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use shared::{
    model::{Secret, Timestamp, Verification},
    webhook::{Signed, SigningKey, Unsigned, named, sign},
};
use support::{Api, send};

use super::site::{api_at, run_of};
use crate::wire::flows::ECHO;

#[derive(Deserialize)]
struct Vector {
    name: String,
    provider: String,
    secret: String,
    headers: BTreeMap<String, String>,
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
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/webhooks.json");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: the webhook vectors are not at {}", path.display());
        return Vec::new();
    };
    serde_json::from_str(&text).unwrap()
}

impl Vector {
    /// The request as it is. Who signs the URL signs ours in place of the published one.
    fn request(&self, url: String) -> Signed {
        let headers: HeaderMap = { &self.headers }
            .iter()
            .map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
            })
            .collect();
        let (method, body) = ("POST".to_owned(), self.body.clone().into_bytes());
        let scheme = named(&self.provider).unwrap();
        if !scheme.signs_url() {
            return Signed { method, url, headers, body };
        }
        let secret = Secret::new(self.secret.clone());
        let unsigned = Unsigned { method, url, headers, body, id: self.name.clone() };
        let now = Timestamp::from_millis(self.now * 1000);
        sign(scheme, SigningKey::Shared(&secret), unsigned, now).unwrap()
    }
}

async fn judge(api: &Api, hook: &str, vector: &Vector) {
    let name = &vector.name;
    let Signed { headers, body, .. } = vector.request(format!("{}{hook}", api.stack.base_url()));
    let deliver = || {
        let request = api.request(Method::POST, hook).headers(headers.clone());
        send(request.body(body.clone()))
    };
    let answer = deliver().await;
    if vector.expect == "reject" {
        assert_eq!((answer.status, run_of(&answer)), (401, String::new()), "{name}: {answer}");
        assert_eq!(api.run_count().await, 0, "{name}");
        return;
    }
    assert!((200..300).contains(&answer.status), "{name}: {answer}");
    // It wants an answer of a certain form, and starts a run all the same.
    let is_handshake = vector.handshake.is_some() && vector.provider != "teams-outgoing";
    assert_eq!(run_of(&answer).is_empty(), is_handshake, "{name}: {answer}");
    if let Some(expected) = &vector.expected_response {
        assert_eq!(&answer.json(), expected, "{name}");
    }
    if is_handshake {
        assert_eq!(api.run_count().await, 0, "{name}");
        return;
    }
    let again = deliver().await;
    assert_eq!((again.status, &again.body), (answer.status, &answer.body), "{name}");
    assert_eq!(again.header("idempotency-replayed"), "true", "{name}");
    assert_eq!(run_of(&again), run_of(&answer), "{name}");
    assert_eq!(api.run_count().await, 1, "{name}");
    let event = api.ended(&run_of(&answer)).await.response()["input"].take();
    assert_eq!(event["specversion"], "1.0", "{name}: {event}");
    let kind = event["type"].as_str().unwrap();
    assert!(kind.starts_with(&format!("{}.", vector.provider)), "{name}: {kind}");
    if let Some(id) = vector.dedup_id.as_ref().filter(|id| headers.values().any(|it| it == *id)) {
        assert_eq!(&event["id"], id, "{name}");
    }
}

#[tokio::test]
async fn every_published_vector_fares_at_a_url_as_at_its_provider() {
    for vector in vectors() {
        let api = api_at(vector.now).await;
        api.publish(ECHO).await;
        let hook = api.make_hook("echo", |_, webhook| {
            webhook.verification = Verification::Provider(vector.provider.clone());
        });
        let hook = hook.await;
        let trigger = "echo".parse().unwrap();
        for secret in ["another-secret", &vector.secret] {
            api.add_secret(&trigger, secret).await;
        }
        judge(&api, &hook, &vector).await;
    }
}
