//! `webhook verify`: what it says of a recorded request, and with which code it ends. Needs no stack.

use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// Printed in the providers' own documentation.
const SLACK_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const GITHUB_SECRET: &str = "It's a Secret to Everybody";

pub(super) const SCHEME: &str = "\
provider: acme
methods:
  - algorithm: hmac-sha256
    signature: { header: X-Acme, form: { prefix: 'sha256=' }, encoding: hex }
    signed: '{body}'
    secret: { text: utf8 }
event: [ { text: made } ]
";

fn github() -> Value {
    json!({
        "method": "POST",
        "url": "https://hooks.example.com/",
        "headers": {
            "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "X-GitHub-Event": "push",
            "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        },
        "body": "Hello, World!",
    })
}

fn slack() -> Value {
    json!({
        "method": "POST",
        "url": "https://hooks.example.com/",
        "headers": {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": "1790000000",
            "X-Slack-Signature": "v0=5e7132cd4067c96b7e7541c5256422f28478c43706e17553320fbcf67455ec63",
        },
        "body": "{\"token\":\"Jhj5dZrVaK7ZwHHjRyZWjbDl\",\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\",\"type\":\"url_verification\"}",
    })
}

fn site() -> Site {
    let site = Site::new();
    site.write("github.json", &github().to_string());
    site.write("slack.json", &slack().to_string());
    let mut changed = github();
    changed["body"] = "Hello, World! ".into();
    site.write("changed.json", &changed.to_string());
    let mut bare = github();
    bare["headers"] = json!({ "X-Hub-Signature": "sha1=aa" });
    site.write("bare.json", &bare.to_string());
    let mut repeated = github();
    repeated["headers"]["X-Hub-Signature-256"] = json!(["sha256=aa", "sha256=bb"]);
    site.write("repeated.json", &repeated.to_string());
    let mut own = github();
    own["headers"] = json!({ "X-Acme": own["headers"]["X-Hub-Signature-256"] });
    site.write("own.json", &own.to_string());
    site.write("scheme.yaml", SCHEME);
    site.write("secret", &format!("{GITHUB_SECRET}\n"));
    site
}

async fn verify(site: &Site, arguments: &[&str]) -> Answer {
    site.run_alone(&[&["webhook", "verify"], arguments].concat()).await
}

#[tokio::test]
async fn what_was_looked_for_and_found_is_told() {
    let site = site();
    let github = ["--provider", "github", "--secret", GITHUB_SECRET];
    let slack = ["--provider", "slack", "--secret", SLACK_SECRET, "slack.json", "--now"];
    let cases: [(&str, Vec<&str>, i32); 8] = [
        ("accepted", [&github[..], &["github.json"]].concat(), 0),
        ("handshake", [&slack[..], &["1790000300"]].concat(), 0),
        ("stale", [&slack[..], &["1790000301"]].concat(), 1),
        ("changed body", [&github[..], &["changed.json"]].concat(), 1),
        ("no header", [&github[..], &["bare.json"]].concat(), 1),
        ("repeated header", [&github[..], &["repeated.json"]].concat(), 1),
        (
            "wrong kind of secret",
            vec!["--provider", "discord", "--secret", "bot token", "github.json"],
            1,
        ),
        ("weak secret", vec!["--provider", "github", "--secret", "short", "github.json"], 1),
    ];
    let mut text = String::new();
    for (name, arguments, code) in cases {
        let answer = verify(&site, &arguments).await;
        assert_eq!((answer.code, answer.stderr.as_str()), (code, ""), "{name}");
        text = format!("{text}# {name}\n{}\n", answer.stdout);
    }
    assert!(!text.contains(SLACK_SECRET) && !text.contains(GITHUB_SECRET), "{text}");
    insta::assert_snapshot!("verify", text);
}

#[tokio::test]
async fn a_secret_need_not_be_an_argument() {
    let site = site();
    let file =
        verify(&site, &["--provider", "github", "--secret-file", "secret", "github.json"]).await;
    assert_eq!(file.code, 0, "{file:?}");
    let both = ["--provider", "github", "--secret", "another-secret", "--secret-file", "secret"];
    assert_eq!(verify(&site, &[&both[..], &["github.json"]].concat()).await.code, 0);
    let script = format!("{} webhook verify --provider github", env!("CARGO_BIN_EXE_trigger-api"));
    for line in [
        format!("TRIGGER_WEBHOOK_SECRET=\"$(cat secret)\" {script} github.json"),
        format!("{script} --secret-file - github.json < secret"),
        format!("{script} --secret-file secret - < github.json"),
    ] {
        assert_eq!(site.bash(&line).await.code, 0, "{line}");
    }
    let twice = site.bash(&format!("{script} --secret-file - - < secret")).await;
    assert_eq!(twice.code, 2, "{twice:?}");
}

#[tokio::test]
async fn a_provider_of_ones_own_is_verified_by_its_scheme() {
    let site = site();
    let with = ["--scheme", "scheme.yaml", "--secret", GITHUB_SECRET, "own.json"];
    let answer = verify(&site, &[&with[..], &["--provider", "custom", "--json"]].concat()).await;
    assert_eq!(answer.code, 0, "{answer:?}");
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(report["outcome"], "accepted");
    assert_eq!(report["event_type"], "acme.made");
    site.write("scheme.yaml", &SCHEME.replace("encoding", "encodign"));
    let answer = verify(&site, &with).await;
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.stderr.starts_with("error: scheme.yaml:4:"), "{answer:?}");
    site.write("scheme.yaml", &SCHEME.replace("{body}", "x"));
    let answer = verify(&site, &with).await;
    assert!(answer.stderr.contains("methods[0].signed: without `{body}`"), "{answer:?}");
}

#[tokio::test]
async fn a_line_that_cannot_be_meant_is_refused_otherwise_than_a_request() {
    let site = site();
    for arguments in [
        &["--provider", "githup", "--secret", "x", "github.json"][..],
        &["--provider", "github", "github.json"],
        &["--secret", "x", "github.json"],
        &["--provider", "github", "--secret", "x", "absent.json"],
        &["--provider", "github", "--secret", "x", "scheme.yaml"],
        &["--provider", "github", "--scheme", "scheme.yaml", "--secret", "x", "github.json"],
        &["--provider", "github", "--secret-file", "absent", "github.json"],
    ] {
        assert_eq!(verify(&site, arguments).await.code, 2, "{arguments:?}");
    }
}
