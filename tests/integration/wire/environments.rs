//! Paths: two prefixes, three environments.

use serde_json::{Value, json};
use shared::model::Environment;
use support::{Api, send};

use super::flows::ECHO;

fn version_of(environment: &str) -> String {
    format!(
        "{{document: {{dsl: '1.0.3', namespace: test, name: staged, version: '1.0.0'}}, do: [{{tell: {{set: {{served: {environment}}}}}}}]}}"
    )
}

#[tokio::test]
async fn each_environment_serves_its_own_version_under_both_prefixes() {
    let api = Api::start().await;
    for environment in Environment::ALL {
        api.publish_in(&version_of(environment.as_str()), &[environment]).await;
    }
    api.make_trigger("staged", |_| {}).await;
    for prefix in ["/api/v1/ai/trigger", "/trigger"] {
        for (written, served) in [
            ("DEV", "DEV"),
            ("UAT", "UAT"),
            ("PROD", "PROD"),
            ("dev", "DEV"),
            ("Uat", "UAT"),
            ("pROD", "PROD"),
        ] {
            let path = format!("{prefix}/demo/staged/{written}");
            assert_eq!(send(api.post(&path, "{}")).await.response()["served"], served);
            let path = format!("{prefix}/start/demo/staged/{written}");
            let run = send(api.post(&path, "{}")).await.workflow_id();
            assert_eq!(api.ended(&run).await.response()["served"], served);
            let path = format!("{prefix}/status/demo/{run}");
            assert_eq!(send(api.get(&path)).await.response()["served"], served);
        }
        for none in ["", "DEVELOPMENT", "de", "%20DEV", "DEV%20", "DEV%00", "Ｄev"] {
            let answer = send(api.post(&format!("{prefix}/demo/staged/{none}"), "{}")).await;
            assert!(matches!(answer.status, 404 | 422), "{none}: {answer}");
            assert_eq!(answer.status == 404, none.is_empty(), "{none}: {answer}");
        }
    }
}

#[tokio::test]
async fn what_a_body_leaves_out_is_empty_and_what_nobody_knows_is_ignored() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    for (body, input) in [
        (json!({}), json!({"message": ""})),
        (json!({"message": ""}), json!({"message": ""})),
        (json!({"user_variables": {}}), json!({"message": ""})),
        (
            json!({"message": "m", "user_variables": {"a": null}}),
            json!({"message": "m", "a": null}),
        ),
        (
            json!({"message": "m", "extra": {"deep": [1]}, "Message": "n", "a": 1}),
            json!({"message": "m"}),
        ),
        (json!({"message": "m", "user_variables": {"message": "n"}}), json!({"message": "m"})),
    ] {
        let answered = send(api.wait_for("echo", body.to_string())).await.response();
        assert_eq!(answered["input"], input, "{body}");
        let run = send(api.start_of("echo", body.to_string())).await.workflow_id();
        assert_eq!(api.ended(&run).await.response()["input"], input, "{body}");
    }
}

#[tokio::test]
async fn answers_keep_the_order_of_members() {
    let api = Api::start().await;
    api.publish(ECHO).await;
    let body = r#"{"user_variables": {"z": 1, "a": 2, "m": {"y": 1, "b": 2}}, "message": "m"}"#;
    let answer = send(api.wait_for("echo", body)).await;
    let input: Value = answer.response()["input"].take();
    assert_eq!(input.to_string(), r#"{"message":"m","z":1,"a":2,"m":{"y":1,"b":2}}"#);
}
