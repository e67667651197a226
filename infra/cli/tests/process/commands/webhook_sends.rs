//! `webhook send` and `webhook key-pair`: what they sign, what a stack makes of it, and with which code they end.

use std::collections::HashSet;

use futures::future::join_all;
use serde_json::{Value, json};
use support::Target;

use super::webhooks::SCHEME;
use crate::site::{Answer, Site, Stack, mode};

const URL: &str = "https://hooks.example.com/ext/webhook/k/triggers/t?a=1";

/// A secret in every form that providers hand out.
const SECRET: &str = "+t/2z4V1t7FAszAq0nistNoT0c2a3jAD1KYpCtI9Cnk=";

/// Those that say how old a delivery may be.
const DATED: [&str; 10] = [
    "clerk",
    "hubspot",
    "linear",
    "openai",
    "resend",
    "slack",
    "standard-webhooks",
    "stripe",
    "svix",
    "zoom",
];

/// A site with a key pair; its public half for Discord.
async fn site() -> (Site, String) {
    let site = Site::new();
    let made = site.run_alone(&["webhook", "key-pair", "key", "--json"]).await;
    assert_eq!(made.code, 0, "{made:?}");
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    (site, made["discord"].as_str().unwrap().to_owned())
}

async fn send(site: &Site, arguments: &[&str]) -> Answer {
    site.run_alone(&[&["webhook", "send"], arguments].concat()).await
}

/// Sends to a trigger of the local stack; the answer for scripts.
async fn to(site: &Site, trigger: &str, arguments: &[&str]) -> (i32, Value) {
    let line = [&["webhook", "send", "--json", "--trigger", trigger], arguments].concat();
    let answer = site.run(&line).await;
    assert!(!answer.stdout.contains("/whk_0"), "{}", answer.stdout);
    (answer.code, serde_json::from_str(&answer.stdout).unwrap_or_else(|_| panic!("{answer:?}")))
}

/// A stack with a trigger for `provider`, which is called so, too.
async fn stack(site: &Site, providers: &[(&str, &str)]) -> Stack {
    let stack = site.start(&[]).await;
    for (provider, secret) in providers {
        site.write("secret", secret);
        let create = ["trigger", "create", "--name", provider, "--id", provider, "--flow", "hello"];
        let signed = ["--provider", provider, "--secret-file", "secret"];
        let mapping = ["--mapping", "{message: .id}"];
        site.json(&[&create[..], &signed, &mapping].concat()).await;
    }
    stack
}

fn run_ids(answer: &Value) -> Vec<&str> {
    answer["run_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

async fn verified(site: &Site, provider: &str, secret: &str, request: &Answer) -> i32 {
    assert_eq!(request.code, 0, "{provider}: {request:?}");
    let name = format!("{provider}.json");
    site.write(&name, &request.stdout);
    let verify = ["webhook", "verify", "--provider", provider, "--secret", secret, &name];
    site.run_alone(&verify).await.code
}

#[tokio::test]
async fn every_event_of_every_provider_verifies_unless_it_is_spoilt() {
    let (site, public) = site().await;
    let list = site.run_alone(&["webhook", "send", "--list", "--json"]).await.stdout;
    let list: Value = serde_json::from_str(&list).unwrap();
    let rows = list["providers"].as_array().unwrap();
    assert!(rows.len() > 20, "{list}");
    let all = rows.iter().map(async |row| {
        let provider = row["provider"].as_str().unwrap();
        let (flags, secret) = match provider {
            "discord" => (["--signing-key", "key"], &*public),
            _ => (["--secret", SECRET], SECRET),
        };
        for event in row["events"].as_array().unwrap() {
            let event = event.as_str().unwrap();
            let what = ["--dry-run", "--provider", provider, "--event", event, "--url", URL];
            let what = [&what[..], &flags].concat();
            let signed = send(&site, &what).await;
            assert_eq!(verified(&site, provider, secret, &signed).await, 0, "{provider} {event}");
            let spoilt = send(&site, &[&what[..], &["--bad-signature"]].concat()).await;
            assert_eq!(verified(&site, provider, secret, &spoilt).await, 1, "{provider} {event}");
            let stale = send(&site, &[&what[..], &["--stale"]].concat()).await;
            if DATED.contains(&provider) {
                assert_eq!(verified(&site, provider, secret, &stale).await, 1, "{provider}");
            } else if provider != "gitlab" {
                assert_eq!(stale.code, 2, "{provider}: {stale:?}");
            }
        }
    });
    join_all(all).await;
}

#[tokio::test]
async fn events_are_listed_and_a_request_is_shown() {
    let site = Site::new();
    let list = send(&site, &["--list"]).await;
    insta::assert_snapshot!("list", list.stdout);
    let what = ["--dry-run", "--provider", "stripe", "--event", "invoice.paid", "--url", URL];
    let flags = ["--secret", SECRET, "--now", "1790000000"];
    let shown = send(&site, &[&what[..], &flags].concat()).await;
    let digits = regex_lite::Regex::new(r"evt_\d{15}|v1=[0-9a-f]{64}").unwrap();
    let shown = digits.replace_all(&shown.stdout, "[new]").into_owned();
    assert!(!shown.contains(SECRET));
    insta::assert_snapshot!("request", shown);
}

#[tokio::test]
async fn a_delivery_starts_one_run_however_often_it_comes() {
    let (site, _) = site().await;
    let stack = stack(&site, &[("stripe", SECRET)]).await;
    let paid = ["--provider", "stripe", "--event", "invoice.paid"];
    let (code, storm) = to(&site, "stripe", &[&paid[..], &["--repeat", "30"]].concat()).await;
    assert_eq!((code, &storm["answers"][0]["count"]), (0, &json!(30)), "{storm}");
    let (code, other) = to(&site, "stripe", &paid).await;
    assert_eq!((code, &other["answers"][0]["body"]), (0, &json!("null")), "{other}");
    let url = format!("{}/ext/webhook/whk_…/triggers/stripe", stack.demo.base_url);
    assert_eq!(other["url"], url);
    let named: HashSet<_> = run_ids(&storm).into_iter().chain(run_ids(&other)).collect();
    assert_eq!(named.len(), 2, "{storm} {other}");
    for fault in ["--bad-signature", "--stale"] {
        let (code, refused) = to(&site, "stripe", &[&paid[..], &[fault]].concat()).await;
        assert_eq!((code, &refused["answers"][0]["status"]), (0, &json!(401)), "{refused}");
    }
    let runs = site.json(&["run", "list", "--trigger", "stripe"]).await;
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2, "{runs}");
    // What was added for the way in is gone.
    let shown = site.json(&["trigger", "show", "stripe"]).await;
    assert_eq!(shown["webhook"]["tokens"].as_array().unwrap().len(), 1, "{shown}");
    assert!(!site.log().contains("whk_") && !site.log().contains(SECRET));
}

#[tokio::test]
async fn handshakes_are_answered_and_start_no_run() {
    let (site, public) = site().await;
    let _stack = stack(
        &site,
        &[("slack", SECRET), ("zoom", SECRET), ("github", SECRET), ("discord", &public)],
    )
    .await;
    let cases: [(&str, &str, u16, &str); 5] = [
        ("slack", "url_verification", 200, "\"challenge\":"),
        ("zoom", "endpoint.url_validation", 200, "\"encryptedToken\":"),
        ("github", "ping", 204, ""),
        ("discord", "ping", 200, "{\"type\":1}"),
        ("discord", "event_ping", 204, ""),
    ];
    for (provider, event, status, body) in cases {
        let mut what = vec!["--event", event];
        if provider == "discord" {
            what.extend(["--signing-key", "key"]);
        }
        let (code, answer) = to(&site, provider, &what).await;
        assert_eq!((code, &answer["answers"][0]["status"]), (0, &json!(status)), "{answer}");
        assert!(answer["answers"][0]["body"].as_str().unwrap().contains(body), "{answer}");
        assert!(run_ids(&answer).is_empty(), "{answer}");
    }
    let runs = site.json(&["run", "list"]).await;
    assert_eq!(runs["runs"], json!([]));
    // The trigger holds the public half, which signs nothing.
    let keyless = site.run(&["webhook", "send", "--trigger", "discord", "--event", "ping"]).await;
    assert!(keyless.code == 2 && keyless.stderr.contains("webhook key-pair"), "{keyless:?}");
}

#[tokio::test]
async fn who_takes_what_is_spoilt_fails() {
    let site = Site::new();
    let careless = Target::start(|_| (200, Value::Null)).await;
    let broken = Target::start(|_| (500, Value::Null)).await;
    for (url, flags, code) in [
        (&careless.url, &["--repeat", "2"][..], 0),
        (&careless.url, &["--bad-signature"], 1),
        (&careless.url, &["--stale"], 1),
        (&broken.url, &[], 1),
        (&broken.url, &["--bad-signature"], 1),
    ] {
        let what = ["--provider", "slack", "--event", "app_mention", "--secret", SECRET];
        let answer = send(&site, &[&what[..], &["--url", url], flags].concat()).await;
        assert_eq!(answer.code, code, "{flags:?}: {answer:?}");
    }
    let calls = careless.calls();
    assert_eq!(calls.len(), 4);
    assert_eq!(calls[0], calls[1]);
    assert!(calls[0].header("x-slack-signature").starts_with("v0="));
    assert_ne!(calls[0].body["event_id"], calls[2].body["event_id"]);
}

#[tokio::test]
async fn a_body_and_headers_of_ones_own_are_signed() {
    let site = Site::new();
    site.write("scheme.yaml", SCHEME);
    site.write("body.json", "{\"made\": true}");
    let own = ["--scheme", "scheme.yaml", "--secret", SECRET];
    let what = ["--dry-run", "--url", URL, "--body", "body.json", "--header", "X-Made: now"];
    let signed = send(&site, &[&own[..], &what].concat()).await;
    assert_eq!(signed.code, 0, "{signed:?}");
    let request: Value = serde_json::from_str(&signed.stdout).unwrap();
    assert_eq!(request["headers"]["x-made"], "now");
    assert_eq!(request["headers"]["content-type"], "application/json");
    site.write("request.json", &signed.stdout);
    let verify = [&["webhook", "verify"], &own[..], &["request.json"]].concat();
    assert_eq!(site.run_alone(&verify).await.code, 0);
}

#[tokio::test]
async fn a_private_key_is_for_its_owner_and_is_not_overwritten() {
    let (site, public) = site().await;
    assert_eq!(mode(&site.path("key")), 0o600);
    let again = site.run_alone(&["webhook", "key-pair", "key"]).await;
    assert_eq!(again.code, 1, "{again:?}");
    let private = std::fs::read_to_string(site.path("key")).unwrap();
    let other = site.run_alone(&["webhook", "key-pair", "other"]).await;
    assert!(!other.stdout.contains(private.trim()) && !other.stdout.contains(&public), "{other:?}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_its_reason() {
    let (site, _) = site().await;
    let stripe = ["--provider", "stripe", "--url", URL];
    let secret = ["--secret", SECRET];
    let paid = ["--event", "invoice.paid"];
    let cases: [(Vec<&str>, &str); 9] = [
        ([&stripe[..], &secret].concat(), "--event"),
        ([&stripe[..], &secret, &["--event", "invoice.payed"]].concat(), "invoice.paid"),
        ([&stripe[..], &paid].concat(), "a secret is needed"),
        ([&stripe[..], &paid, &["--signing-key", "key"]].concat(), "Ed25519"),
        ([&stripe[..], &paid, &["--signing-key", "absent"]].concat(), "cannot read"),
        ([&stripe[..], &paid, &secret, &["--header", "no header"]].concat(), "Name: value"),
        ([&stripe[..], &paid, &secret, &["--bad-signature", "--stale"]].concat(), "--stale"),
        ([&paid[..], &secret, &["--url", URL]].concat(), "--provider"),
        (vec!["--provider", "stripe", "--event", "invoice.paid", "--secret", SECRET], "--trigger"),
    ];
    for (arguments, told) in cases {
        let answer = send(&site, &arguments).await;
        assert_eq!(answer.code, 2, "{arguments:?}: {answer:?}");
        assert!(answer.stderr.contains(told), "{arguments:?}: {answer:?}");
    }
    let _stack = stack(&site, &[("stripe", SECRET)]).await;
    for (arguments, code, told) in [
        (
            &["--trigger", "stripe", "--provider", "github", "--event", "push"][..],
            2,
            "is for `stripe`",
        ),
        (&["--trigger", "stripe", "--event", "invoice.paid", "--dry-run"], 2, "changes nothing"),
        (&["--trigger", "hello", "--event", "push"], 1, "has no webhook"),
        (&["--trigger", "absent", "--event", "push"], 3, "no trigger `absent`"),
    ] {
        let answer = site.run(&[&["webhook", "send"], arguments].concat()).await;
        assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
        assert!(answer.stderr.contains(told), "{arguments:?}: {answer:?}");
    }
}
