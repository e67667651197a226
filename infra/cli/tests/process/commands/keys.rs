//! `key create`, `list`, `revoke`; and what a pause and a revocation mean to callers.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::redact::redacted;
use crate::{
    site::Site,
    wire::{Caller, send},
};

/// What functions know of keys and triggers may be this old, and a request may take its time.
const CACHE_TIME: Duration = Duration::from_secs(30 + 10);

#[tokio::test]
async fn a_key_is_shown_once_and_allows_what_it_was_made_for() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    let create = [
        "key",
        "create",
        "--name",
        "CI",
        "--scope",
        "trigger",
        "--env",
        "DEV,UAT",
        "--trigger",
        "hello",
        "--expires-in",
        "90d",
    ];
    let made = site.run(&create).await;
    assert_eq!(made.code, 0, "{}", made.stderr);
    let key = made.stdout.trim_end();
    assert_eq!(made.stdout, format!("{key}\n"), "nothing but the key");
    assert!(key.starts_with("tk_"), "not a key");

    let caller = Caller::new(&stack.demo).with_key(key);
    for (trigger, status) in [("hello/DEV", 200), ("hello/PROD", 404), ("reminder/DEV", 404)] {
        let answer = caller.start(trigger).json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), status, "{trigger}");
    }
    let list = site.run(&["key", "list"]).await.stdout;
    let listed = site.json(&["key", "list"]).await;
    for answer in [&list, &listed.to_string()] {
        for secret in [key, &key[14..], &stack.demo.api_key, &stack.demo.api_key[14..]] {
            assert!(!answer.contains(secret), "a key was shown again");
        }
    }
    // Rows come by id, which is random.
    let mut rows: Vec<_> = list.lines().collect();
    rows[1..].sort_by_key(|row| row.contains("CI"));
    let mut rows = rows.join("\n");
    for key in listed["keys"].as_array().unwrap() {
        rows = rows.replace(key["key_id"].as_str().unwrap(), "[key id]");
    }
    insta::assert_snapshot!("list", redacted(&rows));
    for (wanted, code) in [(key, 2), ("12345678901", 3)] {
        let refused = site.run(&["key", "revoke", wanted]).await;
        assert_eq!(refused.code, code, "{}", refused.stderr);
        assert!(!refused.stderr.contains(key), "what was typed is shown");
    }
}

#[tokio::test]
async fn a_revoked_key_and_a_paused_trigger_are_refused_within_the_cache_time() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    let made = site.json(&["key", "create", "--name", "short-lived"]).await;
    let caller = Caller::new(&stack.demo);
    // All three are known to the functions as they were before.
    assert_eq!(site.json(&["trigger", "pause", "order"]).await["state"], "paused");
    until(404, || caller.start("order/DEV")).await;
    let revoked = caller.with_key(made["api_key"].as_str().unwrap());
    assert_eq!(send(revoked.call("hello/DEV").json(&json!({}))).await["status"], "completed");
    let body = json!({"message": "tea", "user_variables": {"seconds": 3}});
    let running = send(caller.start("reminder/DEV").json(&body)).await;

    let answer = site.run(&["key", "revoke", made["key_id"].as_str().unwrap()]).await;
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(site.json(&["trigger", "pause", "reminder"]).await["state"], "paused");
    let keys = site.json(&["key", "list"]).await;
    let state = |name: &str| {
        keys["keys"].as_array().unwrap().iter().find(|key| key["name"] == name).unwrap()["state"]
            .clone()
    };
    assert_eq!((state("short-lived"), state("demo")), (json!("revoked"), json!("active")));
    let refused = site.run(&["run", "start", "reminder"]).await;
    assert_eq!(
        (refused.code, refused.stderr.as_str()),
        (1, "error: the trigger `reminder` is paused\n")
    );

    assert_eq!(site.json(&["trigger", "resume", "order"]).await["state"], "active");

    let key = until(401, || revoked.start("hello/DEV"));
    let trigger = until(404, || caller.start("reminder/UAT"));
    let resumed = until(422, || caller.start("order/DEV"));
    let (key, trigger, _) = futures::join!(key, trigger, resumed);
    assert_eq!(key, json!({"detail": "Invalid authentication credentials"}));
    assert_eq!(trigger, json!({"detail": "Trigger not found"}));
    let end = caller.end(running["workflow_id"].as_str().unwrap()).await;
    assert_eq!(end["response"], json!({"reminder": "tea"}), "a run ended with its trigger");
}

/// The answer to a call when it has this code, which it must have within the cache time.
async fn until(code: u16, request: impl Fn() -> reqwest::RequestBuilder) -> Value {
    let look = async {
        loop {
            let answer = request().json(&json!({})).send().await.unwrap();
            if answer.status() == code {
                return answer.json().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    };
    timeout(CACHE_TIME, look).await.unwrap_or_else(|_| panic!("not {code} within {CACHE_TIME:?}"))
}
