//! The clients in `examples/` work with the file that the local stack writes for them.

use std::{fs, path::Path};

use serde_json::json;
use support::Api;

use super::program::{self, tell};
use crate::wire::flows::HELLO;

#[tokio::test]
async fn the_clients_to_start_from_work() {
    let api = Api::start().await;
    api.publish(HELLO).await;
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo.json");
    let environments = ["DEV", "UAT", "PROD"];
    let written = json!({
        "base_url": api.stack.base_url(),
        "workspace_id": "demo",
        "api_key": api.key,
        "triggers": {"hello": {"trigger_id": "hello", "automation_id": "hello", "environments": environments}},
    });
    fs::write(&demo, written.to_string()).unwrap();
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/clients");
    let mut running = Vec::new();
    for entry in fs::read_dir(clients).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let ending = name.rsplit('.').next().unwrap();
        if ending == "md" {
            continue;
        }
        match program::for_own(ending).await {
            Err(reason) => tell(&format!("skipped {name}: {reason}")),
            Ok(program) => {
                let demo = &demo;
                running.push(async move {
                    let printed = program.run(&file, &[demo]).await;
                    assert_eq!(printed.matches("Hello, ").count(), 2, "{name}: {printed}");
                    assert_eq!(printed.matches("completed").count() % 2, 0, "{name}: {printed}");
                    tell(&format!("ran {name}"));
                });
            }
        }
    }
    futures::future::join_all(running).await;
}
