//! The first minute: what a start leaves, prints and keeps.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    site::{Site, mode},
    wire::{Caller, send},
};

#[tokio::test]
async fn the_printed_commands_work_as_they_are_printed() {
    let site = Site::new();
    let before = Instant::now();
    // Without a command it is the stack that starts, as with a bare `cargo run`.
    let mut process = site.command(&["--listen", "127.0.0.1:0"]);
    let mut process = process.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let welcome = read_welcome(&mut process).await;
    println!("ready {} ms after its start", before.elapsed().as_millis());
    let printed: Vec<_> = welcome.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(printed.len(), 6, "{welcome}");

    let script = |lines: &[&str]| lines.join("\n");
    let dev = site.bash(&script(&printed[..1])).await.stdout;
    assert_eq!(json_of(&dev)["response"], json!({"reply": "Hello, Ada!"}));
    let prod = site.bash(&script(&printed[1..2])).await.stdout;
    assert_eq!(json_of(&prod)["response"], json!({"reply": "Good day, Ada."}));
    let status = site.bash(&script(&printed[2..4])).await.stdout;
    assert_eq!(json_of(&status)["status"], "pending");
    let id = json_of(&status)["workflow_id"].as_str().unwrap().to_owned();
    let list = site.bash(printed[4]).await.stdout;
    assert!(list.contains(&id), "{list}");
    let flow = site.bash(printed[5]).await.stdout;
    assert!(flow.contains("1.1.0") && flow.contains("PROD"), "{flow}");
    let end = Caller::new(&site.demo()).end(&id).await;
    assert_eq!(end["response"], json!({"reminder": "tea"}));
}

/// The welcome, which the start writes at once.
async fn read_welcome(process: &mut tokio::process::Child) -> String {
    use tokio::io::AsyncReadExt;
    let stdout = process.stdout.as_mut().unwrap();
    let mut welcome = Vec::new();
    while !String::from_utf8_lossy(&welcome).contains("demo.json\n") {
        let read = tokio::time::timeout(Duration::from_secs(30), stdout.read_buf(&mut welcome));
        assert_ne!(read.await.expect("no welcome").unwrap(), 0, "it ended");
    }
    String::from_utf8(welcome).unwrap()
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn scripts_find_what_they_need_in_a_file_for_its_owner_only() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    assert_eq!(mode(&site.data()), 0o700);
    assert_eq!(mode(&site.data().join("demo.json")), 0o600);
    let demo = site.demo();
    assert_eq!(demo, stack.demo);
    assert_eq!(demo.workspace_id, "demo");
    for (name, trigger) in demo.triggers.as_object().unwrap() {
        assert_eq!(trigger["environments"], json!(["DEV", "UAT", "PROD"]), "{name}");
        assert!(trigger["automation_id"].is_string(), "{name}");
    }
    let hello = demo.triggers["hello"]["trigger_id"].as_str().unwrap();
    let call = Caller::new(&demo).call(&format!("{hello}/UAT")).json(&json!({"message": "you"}));
    assert_eq!(send(call).await["response"], json!({"reply": "Hello, you!"}));
}

#[tokio::test]
async fn a_second_start_keeps_key_flows_and_runs() {
    let site = Site::new();
    let first = site.start(&[]).await;
    let caller = Caller::new(&first.demo);
    let run = send(caller.call("hello/DEV").json(&json!({"message": "Ada"}))).await;
    let id = run["workflow_id"].as_str().unwrap();
    site.write("greet.yaml", crate::flows::GREET);
    site.json(&["flow", "publish", "greet.yaml", "--env", "PROD"]).await;
    let demo = first.demo.clone();
    assert!(first.stop("INT").await.success());

    let second = site.start(&[]).await;
    assert_eq!(second.demo.api_key, demo.api_key);
    assert_eq!(second.demo.triggers, demo.triggers);
    let caller = Caller::new(&second.demo);
    assert_eq!(caller.status(id).await["response"], json!({"reply": "Hello, Ada!"}));
    let flows = site.json(&["flow", "list"]).await;
    assert!(flows["flows"].as_array().unwrap().iter().any(|flow| flow["automation_id"] == "greet"));
}

#[tokio::test]
async fn a_first_start_that_is_cut_off_can_be_done_again() {
    for milliseconds in (4..100).step_by(8) {
        let site = Site::new();
        let mut cut_off = site.spawn(&[]);
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        cut_off.kill().await.unwrap();
        let stack = site.start(&[]).await;
        for trigger in ["hello/DEV", "hello/PROD", "support/UAT"] {
            let body = json!({"message": "Ada", "user_variables": {"customer": "c"}});
            let run = send(Caller::new(&stack.demo).call(trigger).json(&body)).await;
            assert_eq!(run["status"], "completed", "{trigger} after {milliseconds} ms");
        }
    }
}

#[tokio::test]
async fn a_stack_in_memory_keeps_nothing() {
    let site = Site::new();
    let stack = site.start(&["--memory"]).await;
    let run = send(Caller::new(&stack.demo).call("hello/DEV").json(&json!({"message": "a"}))).await;
    assert_eq!(run["status"], "completed");
    let runs = site.json(&["run", "list"]).await;
    assert_eq!(runs["runs"].as_array().unwrap().len(), 1);
    let key = stack.demo.api_key.clone();
    assert!(stack.stop("TERM").await.success());
    let left: Vec<_> = std::fs::read_dir(site.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "lock")
        .collect();
    assert!(left.is_empty(), "{left:?}");

    let stack = site.start(&["--memory"]).await;
    assert_ne!(stack.demo.api_key, key);
    assert_eq!(site.json(&["run", "list"]).await, json!({"runs": []}));
}
