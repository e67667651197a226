//! What the file keeps. A copy of the file and its write-ahead log, taken while the queues are open, is what a killed
//! process leaves.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::TempDir;

use super::bed::Clock;
use crate::sqs::{Attribute, Engine, Error, Outgoing};

fn open(folder: &Path, clock: &Clock) -> Engine {
    Engine::open(&folder.join("queues.db"), false, clock.now()).unwrap()
}

/// The files as they would be found if the process died now.
fn killed(folder: &TempDir) -> TempDir {
    let left = tempfile::tempdir().unwrap();
    for file in ["queues.db", "queues.db-wal"] {
        std::fs::copy(folder.path().join(file), left.path().join(file)).unwrap();
    }
    left
}

fn attributes(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn message(body: &str) -> Outgoing {
    Outgoing { body: body.to_owned(), ..Outgoing::default() }
}

async fn bodies(engine: &Engine, queue: &str) -> Vec<String> {
    let received = engine.receive(queue, 10, None, Some(0)).await.unwrap();
    received.into_iter().map(|received| received.content.body.clone()).collect()
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::new());
    let engine = open(folder.path(), &clock);
    engine.create_queue("dead", &attributes(&[])).await.unwrap();
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:dead","maxReceiveCount":2}"#;
    let given = attributes(&[("VisibilityTimeout", "60"), ("RedrivePolicy", policy)]);
    engine.create_queue("runs", &given).await.unwrap();
    let attribute = Attribute {
        data_type: "String".to_owned(),
        string_value: Some("x".to_owned()),
        binary_value: None,
    };
    let rich = Outgoing {
        attributes: BTreeMap::from([("name".to_owned(), attribute)]),
        group_id: Some("workspace".to_owned()),
        ..message("received")
    };
    engine.send("runs", rich).await.unwrap();
    let received = engine.receive("runs", 1, None, None).await.unwrap().pop().unwrap();
    engine.send("runs", message("deleted")).await.unwrap();
    let deleted = engine.receive("runs", 1, None, None).await.unwrap().pop().unwrap();
    engine.delete("runs", &deleted.receipt_handle).await.unwrap();
    engine.send("runs", Outgoing { delay_s: Some(90), ..message("delayed") }).await.unwrap();

    let left = killed(&folder);
    let again = open(left.path(), &clock);
    assert_eq!(again.attributes("runs").unwrap(), engine.attributes("runs").unwrap());
    assert!(bodies(&again, "runs").await.is_empty());
    again.change_visibility("runs", &received.receipt_handle, 30).await.unwrap();
    clock.pass(30_000);
    let second = again.receive("runs", 10, None, None).await.unwrap().pop().unwrap();
    assert_eq!(second.content, received.content);
    assert_eq!(
        (second.receive_count, second.first_received_at_ms),
        (2, received.first_received_at_ms)
    );
    clock.pass(60_000);
    assert_eq!(bodies(&again, "runs").await, ["delayed"], "the first has become a dead letter");

    let left = killed(&left);
    let third = open(left.path(), &clock);
    let letter = third.receive("dead", 10, None, None).await.unwrap().pop().unwrap();
    assert_eq!(letter.content, received.content);
    assert_eq!(
        letter.dead_letter_source.as_deref(),
        Some("arn:aws:sqs:eu-central-1:000000000000:runs")
    );
}

#[tokio::test]
async fn a_start_can_give_back_what_the_dead_had_in_flight() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::new());
    let engine = open(folder.path(), &clock);
    engine.create_queue("runs", &attributes(&[])).await.unwrap();
    engine.send("runs", message("a")).await.unwrap();
    engine.receive("runs", 1, Some(43_200), None).await.unwrap();
    engine.send("runs", Outgoing { delay_s: Some(9), ..message("delayed") }).await.unwrap();
    let left = killed(&folder);
    let again = open(left.path(), &clock);
    assert_eq!(again.release_in_flight("runs").await, Ok(1));
    let received = again.receive("runs", 10, None, None).await.unwrap();
    assert_eq!(received.len(), 1, "a delay is not a receiver");
    assert_eq!(received[0].receive_count, 2);
    assert_eq!(again.release_in_flight("elsewhere").await, Err(Error::QueueDoesNotExist));
}

#[tokio::test]
async fn a_handle_of_before_does_not_hit_a_message_of_after() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::new());
    let engine = open(folder.path(), &clock);
    engine.create_queue("runs", &attributes(&[])).await.unwrap();
    engine.send("runs", message("old")).await.unwrap();
    let old = engine.receive("runs", 1, None, None).await.unwrap().pop().unwrap();
    engine.delete("runs", &old.receipt_handle).await.unwrap();
    let left = killed(&folder);
    let again = open(left.path(), &clock);
    again.send("runs", message("new")).await.unwrap();
    again.delete("runs", &old.receipt_handle).await.unwrap();
    assert_eq!(bodies(&again, "runs").await, ["new"]);
}

#[tokio::test]
async fn a_purge_survives_too() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::new());
    let engine = open(folder.path(), &clock);
    engine.create_queue("runs", &attributes(&[])).await.unwrap();
    engine.create_queue("others", &attributes(&[])).await.unwrap();
    engine.send("runs", message("a")).await.unwrap();
    engine.send("others", message("b")).await.unwrap();
    engine.purge("runs").await.unwrap();
    let left = killed(&folder);
    let again = open(left.path(), &clock);
    assert!(bodies(&again, "runs").await.is_empty());
    assert_eq!(bodies(&again, "others").await, ["b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn senders_and_receivers_at_once_lose_nothing_and_get_nothing_twice() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::new());
    for sync in [false, true] {
        let engine =
            Engine::open(&folder.path().join(format!("{sync}.db")), sync, clock.now()).unwrap();
        engine.create_queue("runs", &attributes(&[])).await.unwrap();
        let senders = (0..8).map(|sender| {
            let engine = engine.clone();
            tokio::spawn(async move {
                for number in 0..25 {
                    engine.send("runs", message(&format!("{sender}-{number}"))).await.unwrap();
                }
            })
        });
        let receivers = (0..4).map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move {
                let mut got = Vec::new();
                for _ in 0..50 {
                    let received =
                        engine.receive("runs", 1, None, Some(20)).await.unwrap().pop().unwrap();
                    engine.delete("runs", &received.receipt_handle).await.unwrap();
                    got.push(received.content.body.clone());
                }
                got
            })
        });
        let (senders, receivers): (Vec<_>, Vec<_>) = (senders.collect(), receivers.collect());
        for sender in senders {
            sender.await.unwrap();
        }
        let mut got = Vec::new();
        for receiver in receivers {
            got.extend(receiver.await.unwrap());
        }
        got.sort();
        got.dedup();
        assert_eq!(got.len(), 200);
        drop(engine);
        let again =
            Engine::open(&folder.path().join(format!("{sync}.db")), sync, clock.now()).unwrap();
        assert!(bodies(&again, "runs").await.is_empty());
    }
}

#[tokio::test]
async fn nothing_is_acknowledged_once_the_file_cannot_be_written() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::new());
    let engine = open(folder.path(), &clock);
    engine.create_queue("runs", &attributes(&[])).await.unwrap();
    let other = rusqlite::Connection::open(folder.path().join("queues.db")).unwrap();
    other.execute_batch("DROP TABLE message").unwrap();
    assert_eq!(engine.send("runs", message("a")).await.unwrap_err(), Error::Storage);
    assert_eq!(engine.receive("runs", 1, None, None).await.unwrap_err(), Error::Storage);
}

#[tokio::test]
async fn a_file_of_something_else_is_not_opened() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::new());
    let path = folder.path().join("queues.db");
    std::fs::write(&path, "not a database, but long enough to be taken for one".repeat(100))
        .unwrap();
    assert!(Engine::open(&path, false, clock.now()).is_err());
}
