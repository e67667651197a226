//! How a stack ends, and why one does not start.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    site::Site,
    wire::{Caller, send},
};

#[tokio::test]
async fn interrupted_or_terminated_it_ends_well_and_the_next_start_goes_on() {
    for signal in ["INT", "TERM"] {
        let site = Site::new();
        let stack = site.start(&[]).await;
        let caller = Caller::new(&stack.demo);
        // Longer than a worker sits out, so this run sleeps when the stack ends.
        let body = json!({"message": "tea", "user_variables": {"seconds": 4}});
        let background = send(caller.start("reminder/DEV").json(&body)).await;
        let background = background["workflow_id"].as_str().unwrap().to_owned();
        // And this one is in the hands of a waiting call, which is answered while the stack stops.
        let body = json!({"message": "now", "user_variables": {"seconds": 1}});
        let waiting = tokio::spawn(send(caller.call("reminder/DEV").json(&body)));
        until_runs(&site, 2).await;
        let ended = stack.stop(signal).await;
        assert_eq!(ended.code(), Some(0), "{signal}");
        assert_eq!(waiting.await.unwrap()["response"], json!({"reminder": "now"}), "{signal}");

        let stack = site.start(&[]).await;
        let run = Caller::new(&stack.demo).end(&background).await;
        assert_eq!(run["response"], json!({"reminder": "tea"}), "{signal}");
    }
}

async fn until_runs(site: &Site, count: usize) {
    while site.json(&["run", "list"]).await["runs"].as_array().unwrap().len() < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once_and_the_run_goes_on_after_a_restart() {
    let site = Site::new();
    let mut stack = site.start(&["--lease-s", "1"]).await;
    let caller = Caller::new(&stack.demo);
    let body = json!({"message": "later", "user_variables": {"seconds": 8}});
    let waiting = caller.call("reminder/DEV").header("idempotency-key", "k").json(&body);
    let waiting = tokio::spawn(waiting.send());
    until_runs(&site, 1).await;
    let ended = loop {
        stack.signal("INT").await;
        let look = tokio::time::timeout(Duration::from_millis(100), stack.ended());
        if let Ok(ended) = look.await {
            break ended;
        }
    };
    assert_eq!(ended.code(), Some(130));
    assert!(waiting.await.unwrap().is_err(), "nobody was left to answer");

    let stack = site.start(&["--lease-s", "1"]).await;
    let again = Caller::new(&stack.demo).call("reminder/DEV").header("idempotency-key", "k");
    let run = send(again.json(&body)).await;
    assert_eq!(run["response"], json!({"reminder": "later"}));
    assert_eq!(site.json(&["run", "list"]).await["runs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_port_in_use_is_said_so() {
    let site = Site::new();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for flags in [&["dev"][..], &["dev", "--memory"]] {
        let refused = site.run_alone(&[flags, &["--listen", &address]].concat()).await;
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        assert_eq!(
            refused.stderr,
            format!(
                "error: {address} is in use: choose another address with --listen, with port 0 a free one\n"
            )
        );
    }
}

#[tokio::test]
async fn a_data_folder_in_use_is_said_so_and_its_holder_is_not_disturbed() {
    let site = Site::new();
    for flag in [None, Some("--memory")] {
        let stack = site.start(flag.as_slice()).await;
        let refused = site.run_alone(&["dev", "--listen", "127.0.0.1:0"]).await;
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        assert_eq!(
            refused.stderr,
            "error: another stack runs on `data`: stop it, or choose another folder with --data\n"
        );
        assert_eq!(site.demo(), stack.demo);
        let call = Caller::new(&stack.demo).call("hello/DEV").json(&json!({"message": "Ada"}));
        assert_eq!(send(call).await["status"], "completed");
        assert!(stack.stop("INT").await.success());
        std::fs::remove_dir_all(site.data()).unwrap();
    }
}

#[tokio::test]
async fn a_folder_with_state_is_not_taken_for_memory() {
    let site = Site::new();
    assert!(site.start(&[]).await.stop("INT").await.success());
    let refused = site.run_alone(&["dev", "--memory", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("holds the state of a stack"), "{}", refused.stderr);
}
