//! Commands where no stack runs.

use crate::site::Site;

const COMMANDS: [&[&str]; 5] = [
    &["flow", "list"],
    &["trigger", "list"],
    &["key", "create", "--name", "a"],
    &["run", "start", "hello", "--wait"],
    &["run", "list", "--json"],
];

#[tokio::test]
async fn where_no_stack_runs_it_is_said_so() {
    let site = Site::new();
    for command in COMMANDS {
        says_so(&site, command).await;
    }
    // One that was killed leaves its addresses behind.
    site.start(&[]).await.kill().await;
    for command in COMMANDS {
        says_so(&site, command).await;
    }
    site.write("data/endpoints.json", "{");
    let answer = site.run(&["flow", "list"]).await;
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(
        answer.stderr.starts_with("error: the folder `data` cannot be read: "),
        "{}",
        answer.stderr
    );
}

async fn says_so(site: &Site, command: &[&str]) {
    let answer = site.run(command).await;
    assert_eq!((answer.code, answer.stdout.as_str()), (1, ""), "{command:?}");
    assert_eq!(
        answer.stderr,
        "error: no stack runs on `data`: start one with `trigger-api dev`, or name its folder with --data\n",
        "{command:?}"
    );
}

#[tokio::test]
async fn without_local_and_without_settings_all_that_is_missing_is_named() {
    let answer = Site::new().run_alone(&["run", "list"]).await;
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    for name in ["TRIGGER_RUNS_TABLE", "TRIGGER_CONFIG_TABLE", "TRIGGER_QUEUE_URL", "--local"] {
        assert!(answer.stderr.contains(name), "{name}: {}", answer.stderr);
    }
}
