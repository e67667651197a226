//! What verified requests become: answers to handshakes, replies, envelopes.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::requests::{NOW, PAIRS, Pair, WHSEC, secret};
use crate::webhook::{Answer, Delivery, Sample, Signed, names, samples, verify};

/// What is made of a signed request: handshake, reply, envelope.
fn read(pair: Pair, signed: &Signed) -> (Option<Answer>, Option<Answer>, Value) {
    let secrets = [secret("another-secret"), secret(pair.secret)];
    let request = signed.request();
    let verified = verify(pair.scheme(), &secrets, &request, NOW).unwrap();
    let delivery = Delivery::read(pair.scheme(), &verified, &request, NOW);
    let (handshake, reply) = (delivery.handshake(), delivery.reply());
    (handshake, reply, delivery.into_envelope().into_value())
}

fn pair(provider: &str) -> Pair {
    PAIRS.into_iter().find(|pair| pair.provider == provider).unwrap()
}

fn sample(provider: &str, event: &str) -> Sample {
    samples(provider).into_iter().find(|sample| sample.event == event).unwrap()
}

#[test]
fn envelopes_of_every_provider() {
    for name in names() {
        let pair = pair(name);
        let mut text = String::new();
        for sample in samples(name) {
            let event = sample.event.clone();
            let (handshake, reply, envelope) = read(pair, &pair.sample(sample, NOW));
            let envelope = serde_json::to_string_pretty(&envelope).unwrap();
            writeln!(text, "# {event}").unwrap();
            match (handshake, reply) {
                (Some(answer), _) => writeln!(text, "handshake: {}", shown(&answer)).unwrap(),
                (None, Some(answer)) => writeln!(text, "reply: {}", shown(&answer)).unwrap(),
                (None, None) => {}
            }
            writeln!(text, "{envelope}\n").unwrap();
        }
        insta::assert_snapshot!(name, text);
    }
}

fn shown(answer: &Answer) -> String {
    let json = answer.json.as_ref().map(Value::to_string).unwrap_or_default();
    format!("{} {json}", answer.status).trim_end().to_owned()
}

#[test]
fn only_handshakes_are_answered_without_a_run() {
    let handshakes = [
        ("discord", "ping", 200, Some(json!({"type": 1}))),
        ("discord", "event_ping", 204, None),
        ("github", "ping", 204, None),
        (
            "slack",
            "url_verification",
            200,
            Some(json!({"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"})),
        ),
        (
            "zoom",
            "endpoint.url_validation",
            200,
            Some(json!({
                "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
                "encryptedToken": "d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3",
            })),
        ),
    ];
    for name in names() {
        let pair = pair(name);
        for sample in samples(name) {
            let event = sample.event.clone();
            let expected = handshakes.iter().find(|known| (known.0, known.1) == (name, &*event));
            let expected =
                expected.map(|(_, _, status, json)| Answer { status: *status, json: json.clone() });
            assert_eq!(read(pair, &pair.sample(sample, NOW)).0, expected, "{name} {event}");
        }
    }
}

#[test]
fn a_handshake_that_is_not_signed_is_refused() {
    for (provider, event) in [
        ("discord", "ping"),
        ("discord", "event_ping"),
        ("github", "ping"),
        ("slack", "url_verification"),
        ("zoom", "endpoint.url_validation"),
    ] {
        let pair = pair(provider);
        let mut signed = pair.sample(sample(provider, event), NOW);
        let header = super::requests::deciding(pair).remove(0);
        signed.headers.remove(&header);
        assert!(signed.judged(pair, NOW).is_err(), "{provider} {event}");
    }
}

#[test]
fn a_challenge_without_its_text_is_no_handshake() {
    let pair = pair("slack");
    for body in [r#"{"type":"url_verification"}"#, r#"{"type":"url_verification","challenge":{}}"#]
    {
        let sample =
            Sample { body: body.as_bytes().to_vec(), ..sample("slack", "url_verification") };
        assert_eq!(read(pair, &pair.sample(sample, NOW)).0, None, "{body}");
    }
}

#[test]
fn a_delivery_without_an_id_is_known_by_its_body() {
    let pair = pair("zoom");
    let signed = pair.sample(sample("zoom", "meeting.started"), NOW);
    let (_, _, first) = read(pair, &signed);
    let id = first["id"].as_str().unwrap();
    assert!(id.starts_with("sha256:") && id.len() == 71, "{id}");
    let mut other = sample("zoom", "meeting.started");
    other.body.push(b'\n');
    let (_, _, second) = read(pair, &pair.sample(other, NOW));
    assert_ne!(first["id"], second["id"]);
}

#[test]
fn an_id_that_fits_no_key_is_hashed_or_passed_over() {
    let pair = pair("stripe");
    for (id, start) in
        [("evt_1", "evt_1"), (&*"e".repeat(300), "sha256:"), ("a\u{7}", "sha256:"), ("", "sha256:")]
    {
        let body = json!({ "id": id, "type": "x" }).to_string().into_bytes();
        let sample = Sample { body, ..sample("stripe", "invoice.paid") };
        let (_, _, envelope) = read(pair, &pair.sample(sample, NOW));
        let found = envelope["id"].as_str().unwrap();
        assert!(found.starts_with(start), "{id}: {found}");
    }
}

#[test]
fn a_batch_is_known_by_all_of_its_events() {
    let pair = pair("hubspot");
    let signed = pair.sample(samples("hubspot").remove(0), NOW);
    assert_eq!(read(pair, &signed).2["id"], "314159265358979,2");
}

#[test]
fn both_tokens_of_gitlab_make_the_same_event() {
    let [signing, legacy] =
        [WHSEC, "gl-plain-token"].map(|secret| Pair { provider: "gitlab", secret });
    let events = [signing, legacy].map(|pair| {
        let (_, _, mut event) = read(pair, &pair.sample(samples("gitlab").remove(0), NOW));
        assert!(event["id"].is_string());
        event.as_object_mut().unwrap().remove("id");
        event
    });
    assert_eq!(events[0], events[1]);
}
