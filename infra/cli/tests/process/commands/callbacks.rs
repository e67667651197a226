//! `trigger create --callback-url`: its secret is shown once, and signs what the stack sends.

use serde_json::json;
use shared::{
    model::{Secret, Timestamp},
    webhook::{Request, named, verify},
};
use support::{Call, Target};

use super::redact::redacted;
use crate::site::Site;

/// Addresses, ids and secrets have names.
fn nameless(text: &str) -> String {
    let rules = [
        (r"whsec_[0-9A-Za-z+/]{43}=", "[secret]"),
        (r"\b[0-9a-f]{16}\b", "[secret id]"),
        (r"127\.0\.0\.1:\d+", "[address]"),
    ];
    let mut text = redacted(text);
    for (pattern, name) in rules {
        text = regex_lite::Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    text
}

fn is_signed(call: &Call, url: &str, secret: &str) -> bool {
    let secrets = [Secret::new(secret.to_owned())];
    let request = Request { method: "POST", url, headers: &call.headers, body: &call.bytes };
    let sent_at: u64 = call.header("webhook-timestamp").parse().unwrap();
    let now = Timestamp::from_millis(sent_at * 1000);
    verify(named("standard-webhooks").unwrap(), &secrets, &request, now).is_ok()
}

#[tokio::test]
async fn a_callback_is_signed_with_the_secret_that_was_shown_once() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let target = Target::start(|_| (204, json!({}))).await;
    let url = format!("{}/runs?key=quicksilver", target.url);
    let create = ["trigger", "create", "--name", "Called back", "--id", "called-back"];
    let create = [&create[..], &["--flow", "hello", "--callback-url", &url]].concat();
    let created = site.run(&create).await;
    assert_eq!(created.code, 0, "{}", created.stderr);
    insta::assert_snapshot!("create", nameless(&created.stdout));
    let note = "note: the callback's secret is shown this once; its receiver verifies with it\n";
    assert_eq!(created.stderr, note);
    let secret = created.stdout.lines().find_map(|line| line.strip_prefix("Callback secret"));
    let secret = secret.unwrap().trim();

    let again = site.run(&create).await;
    assert_eq!(again.code, 1, "{}", again.stderr);
    let shown = site.run(&["trigger", "show", "called-back"]).await;
    insta::assert_snapshot!("show", nameless(&shown.stdout));
    assert_eq!(site.json(&["trigger", "show", "called-back"]).await.get("callback_secret"), None);

    let input = r#"{"message": "you"}"#;
    let id = site.run(&["run", "start", "called-back", "--input", input]).await.stdout;
    target.reached(1).await;
    let call = &target.calls()[0];
    assert!(is_signed(call, &url, secret));
    assert_eq!(call.path, "/runs?key=quicksilver");
    assert_eq!(call.header("webhook-id"), format!("{}-completed", id.trim()));
    assert_eq!(call.body["type"], "run.completed");
    let logs = loop {
        let logs = site.run(&["run", "logs", id.trim()]).await.stdout;
        if logs.contains("Callback") {
            break logs;
        }
    };
    assert!(logs.contains("Callback attempt 1 was answered 204"), "{logs}");
    for text in [&logs, &site.log(), &shown.stdout] {
        assert!(!text.contains("quicksilver") && !text.contains("whsec_"), "{text}");
    }
}

#[tokio::test]
async fn a_callback_in_the_clear_to_another_machine_is_refused() {
    let site = Site::new();
    let create = ["trigger", "create", "--name", "x", "--flow", "hello", "--callback-url"];
    let refused = site.run(&[&create[..], &["http://example.org/runs"]].concat()).await;
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("http is for this machine"), "{}", refused.stderr);
}
