//! `flow publish`, `list`, `show`.

use serde_json::json;

use super::redact::redacted;
use crate::{
    flows::GREET,
    site::Site,
    wire::{Caller, send},
};

#[tokio::test]
async fn each_environment_serves_the_version_that_was_published_to_it() {
    let site = Site::new();
    let stack = site.start(&[]).await;
    site.write("greet.yaml", GREET);
    let all = site.run(&["flow", "publish", "greet.yaml", "--env", "all"]).await;
    assert_eq!(all.code, 0, "{}", all.stderr);
    insta::assert_snapshot!("publish_to_all", redacted(&all.stdout));
    site.json(&["trigger", "create", "--name", "greet", "--flow", "greet", "--id", "greet"]).await;
    let newer = GREET.replace("1.0.0", "1.1.0").replace("Hello, ", "Hi, ");
    site.write("greet.yaml", &newer);
    let one = site.run(&["flow", "publish", "greet.yaml", "--env", "dev"]).await;
    insta::assert_snapshot!("publish_to_one", redacted(&one.stdout));

    let caller = Caller::new(&stack.demo);
    for (environment, reply) in [("DEV", "Hi, Ada"), ("UAT", "Hello, Ada"), ("PROD", "Hello, Ada")]
    {
        let call = caller.call(&format!("greet/{environment}")).json(&json!({"message": "Ada"}));
        assert_eq!(send(call).await["response"]["reply"], reply, "{environment}");
    }
    let list = site.run(&["flow", "list"]).await.stdout;
    // The examples beside it are none of this test's business.
    let own: Vec<_> =
        list.lines().filter(|row| row.contains("FLOW") || row.contains("greet")).collect();
    insta::assert_snapshot!("list", redacted(&own.join("\n")));
    insta::assert_snapshot!("show", redacted(&site.run(&["flow", "show", "greet"]).await.stdout));
    let source = site.run(&["flow", "show", "greet", "--env", "PROD", "--source"]).await.stdout;
    assert_eq!(source, GREET);
    let shown = site.json(&["flow", "show", "greet", "--env", "DEV"]).await;
    assert_eq!(shown["versions"].as_array().unwrap().len(), 1);
    assert_eq!(shown["versions"][0]["version"], "1.1.0");
    let flows = site.json(&["flow", "list"]).await;
    let names: Vec<_> =
        flows["flows"].as_array().unwrap().iter().map(|flow| &flow["automation_id"]).collect();
    assert!(names.contains(&&json!("greet")), "{names:?}");
    assert_eq!(site.run(&["flow", "show", "absent"]).await.code, 3);
}

#[tokio::test]
async fn a_flow_that_is_not_sound_is_not_published() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    site.write("faulty.yaml", &GREET.replace("set:", "sett:"));
    let answer = site.run(&["flow", "publish", "faulty.yaml", "--env", "DEV"]).await;
    assert_eq!(answer.code, 1);
    assert!(answer.stdout.starts_with("faulty.yaml:4:7: error: "), "{}", answer.stdout);
    assert_eq!(site.run(&["flow", "show", "greet"]).await.code, 3);
}
