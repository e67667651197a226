//! `trigger create`, `list`, `show`, `pause`, `resume`.

use serde_json::json;

use super::redact::redacted;
use crate::{site::Site, wire::Caller};

#[tokio::test]
async fn a_trigger_is_created_listed_and_shown() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    let create =
        ["trigger", "create", "--name", "Greets people", "--flow", "hello", "--env", "DEV,UAT"];
    let created = site.run(&create).await;
    assert_eq!(created.code, 0, "{}", created.stderr);
    insta::assert_snapshot!("create", redacted(&created.stdout));
    insta::assert_snapshot!(
        "list",
        redacted(&sorted(&site.run(&["trigger", "list"]).await.stdout))
    );

    // By its name, or by its id.
    let shown = site.json(&["trigger", "show", "Greets people"]).await;
    let id = shown["trigger_id"].as_str().unwrap();
    assert_eq!(site.json(&["trigger", "show", id]).await, shown);
    let caller = Caller::new(&stack.demo);
    for (environment, status) in [("DEV", 200), ("UAT", 200), ("PROD", 404)] {
        let call = caller.call(&format!("{id}/{environment}")).json(&json!({}));
        assert_eq!(call.send().await.unwrap().status(), status, "{environment}");
    }
    for (arguments, code, message) in [
        (&["show", "absent"][..], 3, "error: there is no trigger `absent` in workspace `demo`\n"),
        (
            &["create", "--name", "a", "--flow", "absent"],
            3,
            "error: there is no flow `absent` in workspace `demo`: publish it first\n",
        ),
        (
            &["create", "--name", "a", "--flow", "hello", "--id", "hello"],
            1,
            "error: the trigger id `hello` is taken\n",
        ),
    ] {
        let answer = site.run(&[&["trigger"], arguments].concat()).await;
        assert_eq!((answer.code, answer.stderr.as_str()), (code, message));
    }
}

/// The rows come by id, and the id that was made up stands anywhere among them.
fn sorted(table: &str) -> String {
    let mut lines: Vec<_> = table.lines().collect();
    lines[1..].sort_by_key(|line| line.starts_with("trg_"));
    lines.join("\n")
}
