//! The largest bodies and results, through the whole stack and past its end.

use local::Options;
use serde_json::json;
use support::{Api, noise, send};

use super::flows::ECHO;

/// Nearly as many letters as a body may bring (`MAX_BODY_BYTES`).
const LETTERS: usize = 4_400_000;

#[tokio::test]
async fn the_largest_input_and_output_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(folder.path().to_owned()), ..Options::default() };
    let api = Api::with(options()).await;
    api.publish(ECHO).await;
    let value = json!(noise(LETTERS, 1));
    let body = json!({"message": "m", "user_variables": {"value": value}}).to_string();
    let waited = send(api.wait_for("echo", body.clone())).await;
    assert!(
        waited.response()["input"]["value"] == value,
        "the waiting call was answered with another"
    );
    let started = send(api.start_of("echo", body)).await;
    assert!(api.ended(&started.workflow_id()).await.response()["input"]["value"] == value);
    let ids = [waited.workflow_id(), started.workflow_id()];
    api.stack.stop().await;

    let api = Api::with(options()).await;
    for id in ids {
        let status = api.status(&id).await;
        assert_eq!(status.json()["status"], "completed");
        assert!(status.response()["input"]["value"] == value, "another result after the restart");
    }
}
