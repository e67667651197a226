//! `provider add`, `list`, `show`, `remove`; and a flow that asks one.

use serde_json::{Value, json};
use support::{Model, Reply};

use super::redact::redacted;
use crate::site::Site;

const KEY: &str = "sk-quicksilver-0123456789";

const FLOW: &str = "\
document: { dsl: '1.0.3', namespace: test, name: ask, version: '1.0.0' }
do:
  - ask:
      call: llm
      with: { provider: own, input: '${ .message }' }
      output: { as: .content }
";

#[tokio::test]
async fn a_flow_asks_a_provider_whose_key_nobody_sees_again() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let model = Model::start(|_| Reply::saying(&["Grüße", "!"], 7)).await;
    site.write("key.txt", &format!("{KEY}\n"));
    site.write("empty.txt", "\n");
    let path = |name: &str| site.path(name).to_str().unwrap().to_owned();
    let key_file = path("key.txt");
    let add = |name: &str, more: &[&str]| {
        let line = ["provider", "add", name, "--base-url", &*model.base_url];
        line.iter().chain(more).map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let run = async |line: Vec<String>| {
        site.run(&line.iter().map(String::as_str).collect::<Vec<_>>()).await
    };
    let with_key = |mut line: Vec<String>| {
        line.extend(["--key".to_owned(), key_file.clone()]);
        line
    };

    // The port is as long as any, so that columns stay as wide.
    let shown = |text: &str| redacted(&text.replace(&*model.base_url, "http://[endpoint]"));
    assert_eq!(
        site.run(&["provider", "list"]).await.stdout,
        "No providers. Add one with `provider add`.\n"
    );
    let added = run(with_key(add("own", &["--model", "small"]))).await;
    assert_eq!(added.code, 0, "{}", added.stderr);
    insta::assert_snapshot!("added", shown(&added.stdout));
    assert_eq!(run(add("plain", &[])).await.code, 0);
    insta::assert_snapshot!("list", shown(&site.run(&["provider", "list"]).await.stdout));

    site.write("ask.yaml", FLOW);
    assert_eq!(site.run(&["flow", "publish", &path("ask.yaml"), "--env", "DEV"]).await.code, 0);
    let create = ["trigger", "create", "--name", "ask", "--id", "ask", "--flow", "ask"];
    assert_eq!(site.run(&create).await.code, 0);
    let ask = ["run", "start", "ask", "--input", r#"{"message": "Who?"}"#, "--wait"];
    let said = site.run(&ask).await;
    assert_eq!((said.code, said.stdout.trim_end()), (0, "\"Grüße!\""), "{}", said.stderr);
    let call = model.calls().pop().unwrap();
    assert_eq!(call.header("authorization"), format!("Bearer {KEY}"));
    assert_eq!(call.body["model"], "small");

    for (line, code, told) in [
        (
            add("own", &[]),
            1,
            "error: there is a provider `own` already: --replace puts this one in its place\n",
        ),
        (add("my own", &[]), 2, ""),
        (add("other", &["--key", "/nowhere"]), 2, ""),
    ] {
        let refused = run(line).await;
        assert_eq!(refused.code, code, "{}", refused.stderr);
        assert!(told.is_empty() || refused.stderr == told, "{}", refused.stderr);
    }
    let mut line = add("other", &["--key"]);
    line.push(path("empty.txt"));
    assert_eq!(run(line).await.stderr, "error: --key: one line without spaces is expected\n");

    let replaced = run(with_key(add("own", &["--replace"]))).await;
    assert_eq!(replaced.code, 0, "{}", replaced.stderr);
    let record = site.json(&["provider", "show", "own"]).await;
    assert_eq!((&record["model"], &record["has_key"]), (&Value::Null, &json!(true)));
    let everything = format!("{added:?} {record} {replaced:?} {said:?}");
    assert!(!everything.contains("quicksilver"), "{everything}");

    assert_eq!(site.run(&["provider", "remove", "own"]).await.stdout, "Removed own.\n");
    let gone = site.run(&["provider", "remove", "own"]).await;
    assert_eq!(gone.stderr, "error: there is no provider `own` in workspace `demo`\n");
    assert_eq!(gone.code, 3);
}
