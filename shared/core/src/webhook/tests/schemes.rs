//! Providers of the user's own: read, checked, used.

use super::requests::{NOW, Pair, secret, unsigned};
use crate::webhook::{Delivery, Scheme, SigningKey, samples, scheme::Unreadable, sign, verify};

const ACME: &str = "\
provider: acme
methods:
  - algorithm: hmac-sha512
    signature: { header: X-Acme-Signature, form: { prefix: 'sig ' }, encoding: base64_url }
    signed: '{method}|{url}|{ts}|{body}'
    timestamp: { at: { header: X-Acme-Time }, unit: ms, tolerance: { past_s: 10, future_s: 5 } }
    secret: { text: hex, prefix: { text: acme_ }, min_bytes: 16 }
delivery: [ { header: X-Acme-Id } ]
event: [ { body: /what } ]
handshakes:
  - when: [ { at: { body: /hello }, present: true } ]
    answer: { status: 200, json: { hello: { sign: /hello }, from: { value: { us: true } } } }
";

#[test]
fn a_scheme_of_the_users_own_signs_and_verifies() {
    let scheme = Scheme::read(ACME).unwrap();
    let secret = secret("acme_000102030405060708090a0b0c0d0e0f");
    let mut request = unsigned(samples("stripe").remove(0));
    request.body = br#"{"what":"made","hello":"you"}"#.to_vec();
    let signed = sign(&scheme, SigningKey::Shared(&secret), request, NOW).unwrap();
    let secrets = [secret];
    let request = signed.request();
    let verified = verify(&scheme, &secrets, &request, NOW).unwrap();
    assert_eq!(verified.signed_at(), Some(NOW));
    let delivery = Delivery::read(&scheme, &verified, &request, NOW);
    assert_eq!(delivery.id(), "msg_1");
    let answer = delivery.handshake().unwrap().json.unwrap();
    assert_eq!(answer["from"]["us"], true);
    assert_eq!(delivery.into_envelope().event_type(), "acme.made");
}

#[test]
fn a_scheme_can_be_written_in_json_and_reads_back() {
    let scheme = Scheme::read(ACME).unwrap();
    let json = serde_json::to_string(&scheme).unwrap();
    assert_eq!(Scheme::read(&json).unwrap(), scheme);
    for name in crate::webhook::names() {
        let scheme = crate::webhook::named(name).unwrap();
        let json = serde_json::to_string(&**scheme).unwrap();
        assert_eq!(Scheme::read(&json).unwrap(), **scheme, "{name}");
    }
}

#[test]
fn the_scheme_in_the_readme_is_sound() {
    let readme = include_str!("../../../../../README.md");
    let (_, behind) = readme.split_once("```yaml\nprovider:").unwrap();
    let (scheme, _) = behind.split_once("```").unwrap();
    Scheme::read(&format!("provider:{scheme}")).unwrap();
}

#[test]
fn a_mistyped_scheme_is_refused_with_its_place() {
    let cases = [
        (ACME.replace("encoding:", "encodign:"), "encodign"),
        (ACME.replace("hmac-sha512", "hmac-md5"), "hmac-md5"),
        (ACME.replace("{ts}", "{time}"), "{ts}"),
        (ACME.replace("X-Acme-Id", "'X Acme'"), "header's name"),
        (ACME.replace("provider: acme", "provider: Acme"), "small letters"),
        (ACME.replace("/what", "what"), "/data/id"),
        (ACME.replace("    signed:", "   signed:"), ""),
        (String::new(), ""),
        (" ".repeat(40_000), "larger"),
    ];
    for (text, words) in cases {
        match Scheme::read(&text) {
            Err(Unreadable::Text { line, message, .. }) => {
                assert!(message.contains(words) && line > 0, "{line}: {message}");
                assert!(!message.contains('\n'), "{message}");
            }
            other => panic!("{other:?}: {text}"),
        }
    }
}

#[test]
fn an_unsafe_scheme_is_refused_with_all_its_faults() {
    let change = |from: &str, to: &str| ACME.replace(from, to);
    let cases = [
        (change("|{body}'", "'"), "methods[0].signed: without `{body}`"),
        (change("|{ts}|", "|"), "methods[0].timestamp: not signed"),
        (
            change("X-Acme-Time }", "X-Acme-Time }, foo: 1")
                .replace(", foo: 1", "")
                .replace("past_s: 10", "past_s: 0"),
            "methods[0].timestamp.tolerance",
        ),
        (change("hmac-sha512", "token"), "methods[0].signed: a token signs nothing"),
        (change("hmac-sha512", "token"), "methods[0].signature.encoding: a token is not encoded"),
        (
            change("text: hex", "text: utf8").replace("hmac-sha512", "ed25519"),
            "methods[0].secret.text",
        ),
        (change(", encoding: base64_url", ""), "methods[0].signature.encoding: missing"),
        (change("'{method}|", "'{id}|{method}|"), "methods[0].id"),
        (change("min_bytes: 16", "min_bytes: 0"), "methods[0].secret.min_bytes"),
        (
            change("prefix: 'sig '", "list: { separator: ',', assign: ',', key: v1 }"),
            "form.list: items",
        ),
        (change("header: X-Acme-Time", "signature: t"), "the signature's header is no list"),
        (change("header: X-Acme-Time", "body: /time"), "stands in a header"),
        (change("status: 200", "status: 302"), "handshakes[0].answer.status"),
        (change(", present: true", ""), "handshakes[0].when[0]: one of"),
        (change("'{method}|{url}|", "'{form}|"), "methods[0].body_digest"),
    ];
    for (text, words) in cases {
        match Scheme::read(&text) {
            Err(error @ Unreadable::Faulty(_)) => {
                assert!(error.to_string().contains(words), "{error}\n{text}");
            }
            other => panic!("{other:?}: {text}"),
        }
    }
    let none = "provider: acme\nmethods: []\n";
    assert!(Scheme::read(none).unwrap_err().to_string().contains("1 to 8 ways"));
}

#[test]
fn a_hostile_scheme_is_refused_quickly() {
    let bomb = "a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n";
    assert!(Scheme::read(bomb).is_err());
    assert!(Scheme::read(&"[".repeat(30_000)).is_err());
    assert!(Scheme::read(&"{a: ".repeat(7_000)).is_err());
}

#[test]
fn a_shared_secret_cannot_sign_for_a_public_key() {
    let pair = Pair { provider: "discord", secret: super::requests::PUBLIC_HEX };
    let secret = secret(pair.secret);
    let request = unsigned(samples("discord").remove(0));
    assert!(sign(pair.scheme(), SigningKey::Shared(&secret), request, NOW).is_err());
}
