//! Models are asked by whoever executes a flow, with a key that only Parameter Store holds.

use lambda_tests::{Function, Site};
use serde_json::json;
use shared::model::{Provider, Secret, SecretReference};
use support::workspace;

const ASK: &str = r#"
document: { dsl: '1.0.3', namespace: test, name: ask, version: '1.0.0' }
do:
  - ask:
      call: llm
      with: { provider: own, model: small, input: '${ .message }' }
"#;

#[tokio::test]
#[ignore = "needs release binaries: tests/lambda/run"]
async fn a_waiting_call_asks_a_model_with_its_key_and_through_the_guard() {
    let site = Site::start(&[ASK]).await;
    let (stack, added_at) = (&site.api.stack, site.api.clock.now());
    let key = SecretReference { id: "first".to_owned(), added_at, expires_at: None };
    let provider = Provider {
        workspace: workspace(),
        name: "own".parse().unwrap(),
        // Nothing of the function's own machine may be reached from outside.
        base_url: "https://127.0.0.1:9001/v1".to_owned(),
        model: None,
        key: Some(key.clone()),
        created_at: added_at,
    };
    let secret = Secret::new("a-key-of-a-provider".to_owned());
    stack.endpoints().parts().secrets.put(&provider, &key, &secret).await.unwrap();
    stack.store().put_provider(&provider, None).await.unwrap();
    let mut process = site.process(Function::SyncTrigger).await;
    let request = site.request("sync-trigger").parameter("trigger_id", "ask");
    let answer = process.invoke(&request.body(&json!({"message": "you"})).json()).await.http();
    let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
    assert!(error.contains("`127.0.0.1` is not allowed"), "{answer}");
    site.finish();
}
