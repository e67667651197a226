//! Signatures that are empty, missing, repeated, oversized, bent; and what cannot be verified at all.

use reqwest::Method;
use shared::{
    model::{SecretReference, Verification},
    webhook::{HeaderName, HeaderValue, Signed},
};
use support::{Api, Log, Sender, send};

use super::site::{NOW_S, api_at, run_of};
use crate::wire::flows::ECHO;

async fn site(sender: Sender) -> (Api, String) {
    let api = api_at(NOW_S).await;
    api.publish(ECHO).await;
    let hook = api.make_signed_hook("echo", sender, |_, _| {}).await;
    (api, hook)
}

/// The headers that decide whether a request of `sender` passes.
fn deciding(sender: Sender) -> Vec<HeaderName> {
    let names = match sender.provider {
        "github" => vec!["x-hub-signature-256"],
        "stripe" => vec!["stripe-signature"],
        "slack" => vec!["x-slack-signature", "x-slack-request-timestamp"],
        "discord" => vec!["x-signature-ed25519", "x-signature-timestamp"],
        "standard-webhooks" => vec!["webhook-id", "webhook-timestamp", "webhook-signature"],
        "hubspot" => vec!["x-hubspot-signature-v3", "x-hubspot-request-timestamp"],
        "twilio" => vec!["x-twilio-signature"],
        other => panic!("{other}"),
    };
    names.into_iter().map(HeaderName::from_static).collect()
}

/// A request with one of its headers changed in every way.
fn bent(signed: &Signed, name: &HeaderName) -> Vec<(&'static str, Signed)> {
    let genuine = signed.headers[name].clone();
    let changed = |what, change: &dyn Fn(&mut Signed)| {
        let mut signed = signed.clone();
        change(&mut signed);
        (what, signed)
    };
    let set = |value: Vec<u8>| {
        let value = HeaderValue::from_bytes(&value).unwrap();
        move |signed: &mut Signed| drop(signed.headers.insert(name, value.clone()))
    };
    let long = [genuine.as_bytes(), &[b'0'; 5000]].concat();
    let mut flipped = genuine.as_bytes().to_vec();
    let last = flipped.len() - 1;
    flipped[last] = if flipped[last] == b'1' { b'2' } else { b'1' };
    vec![
        changed("missing", &|signed| drop(signed.headers.remove(name))),
        changed("empty", &set(Vec::new())),
        changed("oversized", &set(long)),
        changed("another", &set(flipped)),
        changed("not text", &set(vec![0xff, 0xfe])),
        // Of a header that is repeated, a function is shown the last.
        changed("followed by another", &|signed| {
            signed.headers.append(name, HeaderValue::from_static("x"));
        }),
    ]
}

#[tokio::test]
async fn a_header_that_is_not_as_it_was_signed_lets_nothing_in() {
    for provider in
        ["github", "stripe", "slack", "discord", "standard-webhooks", "hubspot", "twilio"]
    {
        let sender = Sender::of(provider);
        let (api, hook) = site(sender).await;
        let url = format!("{}{hook}", api.stack.base_url());
        let sample = shared::webhook::samples(provider).pop().unwrap();
        let signed = sender.sign(url, sample, "1", api.clock.now());
        let deliver = |signed: Signed| {
            let path = signed.url.strip_prefix(api.stack.base_url()).unwrap().to_owned();
            let request = api.request(Method::POST, &path).headers(signed.headers);
            send(request.body(signed.body))
        };
        for name in deciding(sender) {
            for (what, signed) in bent(&signed, &name) {
                let answer = deliver(signed).await;
                let told = (answer.status, run_of(&answer));
                assert_eq!(told, (401, String::new()), "{provider}: {name} is {what}");
            }
        }
        assert_eq!(api.run_count().await, 0, "{provider}");
        let answer = deliver(signed).await;
        assert_eq!(run_of(&answer).len(), 36, "{provider}: {answer}");
    }
}

#[tokio::test]
async fn every_provider_known_by_name_is_let_in_by_its_signature_and_not_without() {
    for sender in Sender::ALL {
        let (api, hook) = site(sender).await;
        let sample = shared::webhook::samples(sender.provider).pop().unwrap();
        let unsigned = api.request(Method::POST, &hook).headers(sample.headers.clone());
        let refused = send(unsigned.body(sample.body.clone())).await;
        assert_eq!((refused.status, api.run_count().await), (401, 0), "{sender:?}");
        let answer = send(sender.send(&api, &hook, sample, "1")).await;
        assert!((200..300).contains(&answer.status), "{sender:?}: {answer}");
        assert_eq!((run_of(&answer).len(), api.run_count().await), (36, 1), "{sender:?}");
    }
}

#[tokio::test]
async fn whoever_signs_the_url_is_let_in_by_one_parameter_and_not_by_several() {
    let log = Log::start("info");
    for provider in ["hubspot", "twilio"] {
        let sender = Sender::of(provider);
        let (api, hook) = site(sender).await;
        let sample = || shared::webhook::samples(provider).remove(0);
        for (query, status) in [("", 200), ("?a=1", 200), ("?a=1&b=2", 401), ("?a=1&a=2", 401)] {
            let is_form = sample().headers["content-type"] != "application/json";
            // Twilio adds a parameter of its own where the body is no form.
            let expected =
                if provider == "twilio" && !is_form && query == "?a=1" { 401 } else { status };
            let answer = send(sender.send(&api, &format!("{hook}{query}"), sample(), query)).await;
            let status = if answer.status == 204 { 200 } else { answer.status };
            assert_eq!(status, expected, "{provider} {query}: {answer}");
        }
    }
    let words: Vec<_> =
        log.events().iter().filter_map(|line| line.get("webhook.outcome").cloned()).collect();
    assert!(words.len() >= 4 && words.iter().all(|word| word == "inexact_url"), "{words:?}");
}

#[tokio::test]
async fn what_cannot_be_verified_is_no_run() {
    let sender = Sender::of("github");
    let api = api_at(NOW_S).await;
    api.publish(ECHO).await;
    let lost =
        SecretReference { id: "lost".to_owned(), added_at: api.clock.now(), expires_at: None };
    for (name, verification, secrets, status) in [
        ("none", Verification::Provider("github".to_owned()), vec![], 401),
        ("lost", Verification::Provider("github".to_owned()), vec![lost.clone()], 503),
        ("unknown", Verification::Provider("nobody".to_owned()), vec![lost.clone()], 500),
        ("unreadable", Verification::Scheme("github".to_owned()), vec![lost], 500),
    ] {
        let hook = api.make_hook("echo", |trigger, webhook| {
            trigger.id = name.parse().unwrap();
            webhook.verification = verification;
            webhook.secrets = secrets;
        });
        let hook = hook.await;
        let answer = send(sender.send(&api, &hook, sender.sample("push"), name)).await;
        assert_eq!((answer.status, run_of(&answer)), (status, String::new()), "{name}: {answer}");
    }
    assert_eq!(api.run_count().await, 0);
}

#[tokio::test]
async fn secrets_that_verify_nothing_let_nobody_in() {
    for secret in ["", "whsec_", "not base64!", "whsec_c2hvcnQ"] {
        let sender = Sender { provider: "standard-webhooks", secret: "whsec_c2hvcnQ=" };
        let api = api_at(NOW_S).await;
        api.publish(ECHO).await;
        let hook = api.make_hook("echo", |_, webhook| {
            webhook.verification = Verification::Provider("standard-webhooks".to_owned());
        });
        let hook = hook.await;
        if !secret.is_empty() {
            api.add_secret(&"echo".parse().unwrap(), secret).await;
        }
        let sample = shared::webhook::samples("standard-webhooks").remove(0);
        let answer = send(sender.send(&api, &hook, sample, "1")).await;
        assert_eq!(answer.status, 401, "{secret}: {answer}");
    }
}
