//! `run start`, `status`, `logs`, `list`, `answer`, `cancel`.

use serde_json::{Value, json};

use super::redact::redacted;
use crate::{site::Site, wire::Caller};

#[tokio::test]
async fn a_run_is_started_waited_for_and_shown() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let input = json!({"message": "Ada"}).to_string();
    let waited = site.run(&["run", "start", "hello", "--input", &input, "--wait"]).await;
    assert_eq!((waited.code, waited.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("start_and_wait", waited.stdout);

    let items = r#"{"items": [{"name": "a", "price": 2}], "bank": "busy"}"#;
    site.write("order.json", items);
    let started =
        site.run(&["run", "start", "order", "--input", "@order.json", "--env", "PROD"]).await;
    assert_eq!(started.code, 0, "{}", started.stderr);
    let id = started.stdout.trim_end();
    let follow = site.run(&["run", "logs", id, "--follow"]).await;
    insta::assert_snapshot!("logs_follow", redacted(&follow.stdout));
    assert_eq!(site.run(&["run", "logs", id]).await.stdout, follow.stdout);
    insta::assert_snapshot!("status", redacted(&site.run(&["run", "status", id]).await.stdout));
    insta::assert_snapshot!("list", redacted(&site.run(&["run", "list"]).await.stdout));

    let shown = site.json(&["run", "status", id]).await;
    assert_eq!((&shown["status"], &shown["run_id"]), (&json!("completed"), &json!(id)));
    let logs = site.json(&["run", "logs", id]).await;
    let follow = site.run(&["run", "logs", id, "--follow", "--json"]).await.stdout;
    let lines: Vec<Value> =
        follow.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(logs["logs"].as_array().unwrap(), &lines, "followed and read at once are the same");
    let some = site.json(&["run", "list", "--trigger", "order", "--status", "completed"]).await;
    assert_eq!(some["runs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_that_fails_is_code_4_and_says_why() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let failed =
        site.run(&["run", "start", "order", "--input", r#"{"items": []}"#, "--wait"]).await;
    assert_eq!(failed.code, 4, "{}", failed.stderr);
    insta::assert_snapshot!("failed", redacted(&failed.stdout));
}

#[tokio::test]
async fn a_run_is_cancelled_and_its_log_can_be_followed_to_the_end() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    let input = r#"{"seconds": 60, "message": "never"}"#;
    let id = site.run(&["run", "start", "reminder", "--input", input]).await.stdout;
    let id = id.trim_end();
    let follow = ["run", "logs", id, "--follow"];
    let (follow, cancelled) = futures::join!(site.run(&follow), async {
        while site.json(&["run", "status", id]).await["status"] != "waiting" {
            tokio::task::yield_now().await;
        }
        insta::assert_snapshot!(
            "sleeping",
            redacted(&site.run(&["run", "status", id]).await.stdout)
        );
        site.run(&["run", "cancel", id]).await
    });
    assert_eq!(cancelled.code, 0, "{}", cancelled.stderr);
    assert!(
        follow.stdout.lines().last().unwrap().contains("Run cancelled after"),
        "{}",
        follow.stdout
    );
    let end = Caller::new(&stack.demo).status(id).await;
    assert_eq!((&end["status"], end["error"].is_string()), (&json!("failed"), true));
    assert_eq!(site.json(&["run", "status", id]).await["status"], "cancelled");
}

#[tokio::test]
async fn a_run_that_asks_is_answered() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let input = r#"{"amount": 50, "message": "Ada"}"#;
    let id = site.run(&["run", "start", "refund", "--input", input]).await.stdout;
    let id = id.trim_end();
    while site.json(&["run", "status", id]).await["status"] != "waiting" {
        tokio::task::yield_now().await;
    }
    insta::assert_snapshot!("asks", redacted(&site.run(&["run", "status", id]).await.stdout));
    let wrong = site.run(&["run", "answer", id, "perhaps"]).await;
    assert_eq!(wrong.code, 1, "{}", wrong.stdout);
    assert!(
        wrong.stderr.contains("data: expected one of the choices: approve, reject"),
        "{}",
        wrong.stderr
    );
    for _ in 0..2 {
        let answered = site.run(&["run", "answer", id, "approve"]).await;
        assert_eq!(answered.code, 0, "{}", answered.stderr);
    }
    let otherwise = site.run(&["run", "answer", id, "\"reject\""]).await;
    assert!(
        otherwise.code == 1 && otherwise.stderr.contains("answered otherwise"),
        "{}",
        otherwise.stderr
    );
    while site.json(&["run", "status", id]).await["status"] != "completed" {
        tokio::task::yield_now().await;
    }
    assert_eq!(site.json(&["run", "status", id]).await["output"]["refunded"], 50);
}

#[tokio::test]
async fn what_is_not_there_is_3_and_what_cannot_be_is_2() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let absent = "01900000-0000-7000-8000-000000000000";
    for (arguments, code, message) in [
        (
            &["status", absent][..],
            3,
            "there is no run `01900000-0000-7000-8000-000000000000` in workspace `demo`",
        ),
        (&["logs", absent, "--follow"], 3, "there is no run"),
        (&["cancel", absent], 3, ""),
        (&["answer", absent, "1"], 3, "no such run"),
        (&["answer", absent, "1", "--input-id", "x"], 2, "16 hexadecimal digits"),
        (&["status", "no-id"], 2, "`no-id`: "),
        (&["start", "absent"], 3, "there is no trigger `absent`"),
        (&["start", "hello", "--input", "{"], 2, "`--input` is not JSON"),
        (&["start", "hello", "--input", "@absent.json"], 1, "cannot read `absent.json`"),
        (&["start", "support", "--input", r#"{"message": "m"}"#], 1, "customer"),
        (&["list", "--status", "done"], 2, "one of queued, running"),
        (&["list", "--workspace", "a b"], 2, "--workspace"),
    ] {
        let answer = site.run(&[&["run"], arguments].concat()).await;
        assert_eq!(answer.code, code, "{arguments:?}: {}", answer.stderr);
        assert!(answer.stderr.starts_with("error: "), "{arguments:?}: {}", answer.stderr);
        assert!(answer.stderr.contains(message), "{arguments:?}: {}", answer.stderr);
        assert_eq!(answer.stdout, "", "{arguments:?}");
    }
}
