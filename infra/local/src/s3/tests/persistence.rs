//! What the file keeps, and for how long. A copy of the file and its write-ahead log, taken while the bucket is open, is
//! what a killed process leaves.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Bytes;

use crate::s3::Objects;
use crate::sqs::Now;

fn open(folder: &Path, sync: bool) -> Objects {
    Objects::open(&folder.join("payloads.db"), sync, "bucket", Arc::new(|| 0)).unwrap()
}

async fn put(objects: &Objects, key: &str, content: Vec<u8>) {
    objects.put(key.to_owned(), String::new(), Bytes::from(content), true).await.unwrap();
}

async fn read(objects: &Objects, key: &str) -> Option<Vec<u8>> {
    objects.get(key.to_owned()).await.unwrap().map(|(_, content)| content)
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    for sync in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let objects = open(folder.path(), sync);
        for number in 0..8_u8 {
            put(&objects, &number.to_string(), vec![number; 3_000_000]).await;
        }
        objects.delete("3".to_owned()).await.unwrap();
        put(&objects, "4", vec![9; 10]).await;
        let left = tempfile::tempdir().unwrap();
        for file in ["payloads.db", "payloads.db-wal"] {
            std::fs::copy(folder.path().join(file), left.path().join(file)).unwrap();
        }
        let found = open(left.path(), sync);
        assert_eq!(read(&found, "3").await, None);
        assert!(read(&found, "4").await == Some(vec![9; 10]));
        assert!(read(&found, "7").await == Some(vec![7; 3_000_000]));
    }
}

#[tokio::test]
async fn an_object_that_was_cut_off_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let objects = open(folder.path(), false);
    put(&objects, "whole", vec![1; 100_000]).await;
    let log = |folder: &Path| folder.join("payloads.db-wal");
    let whole_bytes = std::fs::metadata(log(folder.path())).unwrap().len();
    put(&objects, "cut", vec![2; 1_000_000]).await;
    let end_bytes = std::fs::metadata(log(folder.path())).unwrap().len();
    // Wherever the process dies while it writes the second object.
    for cut_bytes in
        [whole_bytes, whole_bytes + 5_000, u64::midpoint(whole_bytes, end_bytes), end_bytes - 1]
    {
        let left = tempfile::tempdir().unwrap();
        std::fs::copy(folder.path().join("payloads.db"), left.path().join("payloads.db")).unwrap();
        let bytes = std::fs::read(log(folder.path())).unwrap();
        let cut = usize::try_from(cut_bytes).unwrap();
        std::fs::write(log(left.path()), &bytes[..cut]).unwrap();
        let found = open(left.path(), false);
        assert!(read(&found, "whole").await == Some(vec![1; 100_000]));
        assert_eq!(read(&found, "cut").await, None, "{cut_bytes}");
    }
}

#[tokio::test]
async fn objects_expire_by_their_age_and_leave_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payloads.db");
    let time = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&time);
    let now: Now = Arc::new(move || clock.load(Ordering::SeqCst));
    let objects = Objects::open(&path, false, "bucket", now).unwrap();
    put(&objects, "a/old", vec![1; 5_000_000]).await;
    put(&objects, "b/old", vec![3; 10]).await;
    time.store(60_000, Ordering::SeqCst);
    put(&objects, "new", vec![2; 10]).await;
    let minute = Duration::from_mins(1);
    assert_eq!(
        objects.expire("a/", minute).await.unwrap(),
        0,
        "nothing is older than a minute yet"
    );
    time.store(60_001, Ordering::SeqCst);
    assert_eq!(objects.expire("a/", minute).await.unwrap(), 1);
    assert_eq!(read(&objects, "b/old").await, Some(vec![3; 10]), "it is of another prefix");
    assert_eq!(read(&objects, "a/old").await, None);
    assert_eq!(read(&objects, "new").await, Some(vec![2; 10]));
    drop(objects);
    let left_bytes = std::fs::metadata(path).unwrap().len();
    assert!(left_bytes < 1_000_000, "{left_bytes} bytes are left");
}
