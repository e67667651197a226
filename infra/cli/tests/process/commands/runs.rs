//! `run start`, `status`, `logs`, `list`, `answer`, `cancel`.

use std::time::Duration;

use local::Endpoints;
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    model::{Run, RunId, Status, Timestamp},
    queue::{Content, Delivery, Incoming, Kind, Message, Receipt},
    runs::{Runs, Settings},
};

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
async fn a_run_that_is_to_begin_later_is_shown_and_cancelled() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let at = Clock::system().now().after(Duration::from_hours(1)).to_string();
    let started = site.run(&["run", "start", "hello", "--at", &at]).await;
    assert_eq!(started.code, 0, "{}", started.stderr);
    let id = started.stdout.trim_end();
    insta::assert_snapshot!("delayed", redacted(&site.run(&["run", "status", id]).await.stdout));
    assert_eq!(site.json(&["run", "status", id]).await["run_at"], json!(at));
    assert_eq!(site.run(&["run", "cancel", id]).await.code, 0);
    while site.json(&["run", "status", id]).await["status"] != "cancelled" {
        tokio::task::yield_now().await;
    }
    let refused = site.run(&["run", "start", "hello", "--at", "9999-01-01T00:00:00Z"]).await;
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("within 7 days"), "{}", refused.stderr);
}

#[tokio::test]
async fn a_run_is_done_again_as_it_was_or_with_another_input() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let input = json!({"message": "Ada"}).to_string();
    let first = site.run(&["run", "start", "hello", "--input", &input]).await.stdout;
    let first = first.trim_end();
    let completed = async |id: &str| {
        let follow = site.run(&["run", "logs", id, "--follow"]).await;
        assert_eq!(follow.code, 0, "{}", follow.stderr);
        site.json(&["run", "status", id]).await
    };
    completed(first).await;
    let other = json!({"message": "Grace"}).to_string();
    for (arguments, reply) in [
        (vec!["run", "retry", first], "Hello, Ada!"),
        (vec!["run", "replay", first], "Hello, Ada!"),
        (vec!["run", "replay", first, "--input", &other], "Hello, Grace!"),
    ] {
        let started = site.run(&arguments).await;
        assert_eq!(started.code, 0, "{}", started.stderr);
        let shown = completed(started.stdout.trim_end()).await;
        assert_eq!(
            (&shown["output"]["reply"], &shown["parent_run_id"]),
            (&json!(reply), &json!(first))
        );
    }
    let sleeping = site.run(&["run", "start", "reminder", "--input", r#"{"seconds": 60}"#]).await;
    let refused = site.run(&["run", "retry", sleeping.stdout.trim_end()]).await;
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("has not ended"), "{}", refused.stderr);
    assert_eq!(site.run(&["trigger", "pause", "hello"]).await.code, 0);
    let refused = site.run(&["run", "retry", first]).await;
    assert!(refused.stderr.contains("is paused"), "{}", refused.stderr);
}

/// A run of `hello` whose messages were given up; its id.
async fn buried(site: &Site, completed: &str) -> String {
    let parts = Endpoints::of_folder(&site.data()).unwrap().unwrap().parts();
    let store = parts.store.clone();
    let runs = Runs::new(parts, Settings::default());
    let known = store.look(completed.parse().unwrap()).await.unwrap().unwrap();
    let id = RunId::new(Clock::system().now(), shared::auth::random().unwrap());
    let status = Status::Queued;
    let run =
        Run { id, status, epoch: 0, ended_at: None, lease_until: Timestamp::default(), ..known };
    store.insert(&run, &json!({"message": "Ada"})).await.unwrap();
    let incoming = Incoming {
        id: "dead".to_owned(),
        message: Ok(Content::Run(Message::about(&run, Kind::Start))),
        receipt: Receipt::new(String::new()),
        delivery_count: 1,
        due_at: None,
    };
    assert_eq!(runs.bury("dead-letter", incoming).await, Delivery::Done);
    id.to_string()
}

#[tokio::test]
async fn buried_runs_are_started_again_once() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let completed = site.run(&["run", "start", "hello"]).await.stdout;
    let completed = completed.trim_end();
    assert_eq!(site.run(&["run", "logs", completed, "--follow"]).await.code, 0);
    let nothing = site.run(&["run", "redrive", "--all"]).await;
    assert_eq!((nothing.code, &*nothing.stdout), (0, "No run failed for want of its messages.\n"));
    let refused = site.run(&["run", "redrive", completed]).await;
    assert_eq!((refused.code, &*refused.stdout), (1, ""));

    let first = buried(&site, completed).await;
    let told = site.run(&["run", "redrive", &first]).await;
    assert_eq!(told.code, 0, "{}", told.stderr);
    insta::assert_snapshot!("redrive", redacted(&told.stdout));
    let second = buried(&site, completed).await;
    let told = site.json(&["run", "redrive", "--all", "--since", "1h", "--trigger", "hello"]).await;
    let [of_second, of_first] = told["runs"].as_array().unwrap().as_slice() else {
        panic!("{told}")
    };
    assert_eq!((&of_second["run_id"], &of_first["run_id"]), (&json!(second), &json!(first)));
    assert_eq!((&of_second["replayed"], &of_first["replayed"]), (&json!(false), &json!(true)));
    let started = of_second["started_run_id"].as_str().unwrap();
    assert_eq!(site.run(&["run", "logs", started, "--follow"]).await.code, 0);
    let shown = site.json(&["run", "status", started]).await;
    assert_eq!((&shown["parent_run_id"], &shown["status"]), (&json!(second), &json!("completed")));

    assert_eq!(site.run(&["trigger", "pause", "hello"]).await.code, 0);
    let told = site.run(&["run", "redrive", "--all"]).await;
    assert_eq!(told.code, 1);
    assert!(told.stdout.contains("not: the trigger `hello` is paused"), "{}", told.stdout);
    for arguments in [&["run", "redrive"][..], &["run", "redrive", &first, "--all"]] {
        assert_eq!(site.run(arguments).await.code, 2);
    }
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
