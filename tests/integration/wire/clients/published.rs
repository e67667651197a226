//! The guide's clients work as printed.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use support::Api;

use super::{
    guide::{Own, Snippet, snippets},
    program::{self, Program, tell},
};
use crate::wire::flows::HELLO;

const REPLY: &str = "Hello, start the task!";

#[tokio::test]
async fn the_published_clients_work_as_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let Some(snippets) = snippets(&root) else {
        return tell("skipped all published ones: the guide is not here");
    };
    assert!(snippets.len() >= 10, "{snippets:#?}");
    let api = Api::start().await;
    api.publish(HELLO).await;
    let own =
        Own { base_url: api.stack.base_url(), workspace: "demo", trigger: "hello", key: &api.key };
    let folder = tempfile::tempdir().unwrap();
    let mut running = Vec::new();
    let mut skipped = BTreeSet::new();
    for (number, snippet) in snippets.iter().enumerate() {
        match program::for_published(&snippet.language, &root).await {
            Err(reason) => {
                tell(&format!("skipped {}: {reason}", snippet.title));
                skipped.insert(&*snippet.language);
            }
            // Needs a run's id, and comes with the start.
            Ok(_) if is_status(snippet) => {}
            Ok(program) => {
                let file = folder.path().join(format!("client-{number}.{}", program.ending));
                fs::write(&file, own.fill(&snippet.code)).unwrap();
                let status = snippets
                    .iter()
                    .find(|other| other.language == snippet.language && is_status(other));
                running.push(run(program, file, snippet, status, &own));
            }
        }
    }
    futures::future::join_all(running).await;
    // The languages of the machine that the checks run on, which installs their packages.
    let installed = [("python", "target/clients/python"), ("javascript", "target/clients/node")];
    for (language, packages) in installed {
        assert!(!(skipped.contains(language) && root.join(packages).exists()), "{language}");
    }
}

/// A client of its own that only reads a run.
fn is_status(snippet: &Snippet) -> bool {
    snippet.code.contains("{workflow_id}") && !snippet.code.contains("/start/")
}

async fn run(
    program: Program,
    file: std::path::PathBuf,
    snippet: &Snippet,
    status: Option<&Snippet>,
    own: &Own<'_>,
) {
    let printed = program.run(&file, &[]).await;
    match status.filter(|_| snippet.is_background()) {
        Some(status) => {
            let started: Value = serde_json::from_str(&printed).unwrap();
            assert_eq!(started["status"], "pending", "{printed}");
            let run = started["workflow_id"].as_str().unwrap();
            let file = file.with_extension(format!("status.{}", program.ending));
            fs::write(&file, own.fill(&status.code).replace("{workflow_id}", run)).unwrap();
            let mut ended = started.clone();
            for _ in 0..100 {
                if ended["status"] != "pending" {
                    break;
                }
                ended = serde_json::from_str(&program.run(&file, &[]).await).unwrap();
            }
            assert_eq!(
                (&ended["workflow_id"], &ended["response"]["reply"]),
                (&started["workflow_id"], &REPLY.into())
            );
            tell(&format!("ran {} and {}", snippet.title, status.title));
        }
        None if snippet.is_background() => {
            // It polls, and prints the last answer as its language shows data.
            assert!(printed.contains("completed") && printed.contains(REPLY), "{printed}");
            tell(&format!("ran {}", snippet.title));
        }
        None => {
            let answer: Value = serde_json::from_str(&printed)
                .unwrap_or_else(|error| panic!("{}: {error}: {printed}", snippet.title));
            assert_eq!(answer["status"], "completed", "{printed}");
            assert_eq!(answer["response"]["reply"], REPLY, "{printed}");
            tell(&format!("ran {}", snippet.title));
        }
    }
}
