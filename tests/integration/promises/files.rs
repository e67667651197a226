//! Files are stored before the run that is started with them, or there is no run.

use serde_json::json;
use shared::{model::File, runs::NewFile};
use support::{Bed, Fault, workspace};

use super::flows::HELLO;

fn new_file(bed: &Bed) -> NewFile {
    let file = File { name: "a".to_owned(), content_type: "text/plain".to_owned(), size_bytes: 7 };
    NewFile::of(&workspace(), file, b"content".to_vec(), bed.clock.now()).unwrap()
}

#[tokio::test]
async fn files_are_there_before_anything_of_their_run_is() {
    let bed = Bed::new().await;
    let trigger = bed.publish(HELLO).await;
    let (process, wire) = bed.process();
    let start = bed.wish(&trigger, json!({"message": "Ada"}));
    process.keep_files(&start, vec![new_file(&bed), new_file(&bed)]).await.unwrap();
    process.start(start).await.unwrap();
    let mut written = wire.operations();
    written.retain(|operation| operation.starts_with("Put"));
    assert_eq!(written, ["PutObject", "PutObject", "PutItem"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_stored_is_told_before_anything_is_promised() {
    let bed = Bed::new().await;
    let trigger = bed.publish(HELLO).await;
    let (process, wire) = bed.process();
    wire.fail(|sent| (sent.operation == "PutObject").then_some(Fault::Refused));
    let start = bed.wish(&trigger, json!({"message": "Ada"}));
    let kept = process.keep_files(&start, vec![new_file(&bed)]).await;
    assert!(kept.is_err(), "the caller goes no further");
    assert!(bed.receive().await.is_none());
}
