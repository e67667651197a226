//! Files are stored before the run that is started with them, or there is no run.

use serde_json::{Value, json};
use shared::{
    auth::FileToken,
    model::{File, RunId, Status, Trigger},
    runs::{Attached, Attachments, FileSource, NewFile, Runs, Start, WantedFile},
};
use support::{Bed, Fault, Moment, die_at_every_request, workspace};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

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

/// The address of a file.
async fn served() -> reqwest::Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.txt", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 7\r\n\r\ncontent";
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url.parse().unwrap()
}

/// Starts a run with the file at an address, under one key.
async fn start_with(bed: &Bed, runs: &Runs, trigger: &Trigger, url: &reqwest::Url) -> RunId {
    let wanted = WantedFile { source: FileSource::At(url.clone()), is_image: false };
    let start = bed.wish_once(trigger, Value::Null, "k");
    let attachments = Attachments {
        trigger,
        idempotency: start.idempotency.as_ref(),
        run_at: None,
        files: vec![&wanted],
    };
    let input = match runs.attach(attachments).await.unwrap() {
        Attached::Files(files) => json!({"message": files[0].file.expose()}),
        Attached::Repeated(input) => input,
        Attached::Refused(refused) => panic!("{refused:?}"),
    };
    runs.start(Start { input, ..start }).await.unwrap().id
}

async fn start_dies_at(count: usize, moment: Moment) -> bool {
    let (bed, url) = (Bed::new().await, served().await);
    let trigger = bed.publish(HELLO).await;
    let (doomed, wire) = bed.process();
    wire.stop_at(count, moment);
    let start = start_with(&bed, &doomed, &trigger, &url);
    let came = tokio::select! { biased; () = wire.stopped() => true, _ = start => false };
    let (survivor, _) = bed.process();
    let id = start_with(&bed, &survivor, &trigger, &url).await;
    assert_eq!(start_with(&bed, &survivor, &trigger, &url).await, id);
    let what = format!("{moment:?} request {count}");
    let view = bed.work_to_the_end(&survivor, id).await;
    assert_eq!(view.run.status, Status::Completed, "{what}");
    // Whichever call's file the run has, it is there.
    let input = bed.store.input(id).await.unwrap().unwrap();
    let file = FileToken::parse(input["message"].as_str().unwrap()).unwrap();
    let stored = bed.store.stored_file(&file).await.unwrap();
    assert_eq!(stored.map(|stored| stored.first).as_deref(), Some(&b"content"[..]), "{what}");
    came
}

#[tokio::test]
async fn a_start_that_fetches_may_die_at_every_request_and_its_repeat_is_one_run() {
    die_at_every_request(5..20, start_dies_at).await;
}

#[tokio::test]
async fn a_file_that_is_fetched_is_there_before_anything_of_its_run_is() {
    let (bed, url) = (Bed::new().await, served().await);
    let trigger = bed.publish(HELLO).await;
    let (process, wire) = bed.process();
    start_with(&bed, &process, &trigger, &url).await;
    let mut written = wire.operations();
    written.retain(|operation| operation.starts_with("Put"));
    // The key, then the run.
    assert_eq!(written, ["PutObject", "PutItem", "PutItem"]);
}
