//! How fast the queues are: `cargo run --release -p local --example queue_speed`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and ends when it cannot go on"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_sqs::Client;
use local::sqs::{self, Engine, Now, Outgoing};
use tokio::time::Instant;

const COUNT: usize = 40_000;
const SDK_COUNT: usize = 16_000;

fn clock() -> Now {
    let start = Instant::now();
    Arc::new(move || 1_793_491_200_000 + u64::try_from(start.elapsed().as_millis()).unwrap())
}

fn message(delay_s: u32) -> Outgoing {
    let body = r#"{"version":1,"run":"0195d2f0-7c3e-7f6a-9d0e-2f1f4d1c9b7a","workspace":"demo","kind":"start","epoch":1}"#;
    Outgoing { body: body.to_owned(), delay_s: Some(delay_s), ..Outgoing::default() }
}

fn report(what: &str, count: usize, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let rate = count as f64 / seconds;
    println!("{what:<58} {rate:>10.0}/s");
}

async fn cycle(engine: &Engine) {
    engine.send("runs", message(0)).await.unwrap();
    let received = engine.receive("runs", 1, None, Some(0)).await.unwrap().pop().unwrap();
    engine.delete("runs", &received.receipt_handle).await.unwrap();
}

async fn direct(name: &str, engine: &Engine) {
    engine.create_queue("runs", &BTreeMap::new()).await.unwrap();
    for tasks in [1, 16] {
        let start = Instant::now();
        spread(tasks, COUNT, engine, async |engine: Engine| {
            engine.send("runs", message(0)).await.unwrap();
        })
        .await;
        report(&format!("{name}, {tasks} tasks: sends"), COUNT, start);
        engine.purge("runs").await.unwrap();
        let start = Instant::now();
        spread(tasks, COUNT, engine, async |engine: Engine| {
            cycle(&engine).await;
        })
        .await;
        report(&format!("{name}, {tasks} tasks: send, receive, delete"), COUNT, start);
    }
    let start = Instant::now();
    spread(16, 300_000, engine, async |engine: Engine| {
        engine.send("runs", message(900)).await.unwrap();
    })
    .await;
    report(&format!("{name}, 16 tasks: delayed sends"), 300_000, start);
    let start = Instant::now();
    spread(16, COUNT, engine, async |engine: Engine| {
        cycle(&engine).await;
    })
    .await;
    report(&format!("{name}, 16 tasks: cycles before 300,000 delayed"), COUNT, start);
}

async fn spread<S, F, W>(tasks: usize, count: usize, shared: &S, work: W)
where
    S: Clone + Send + 'static,
    F: Future<Output = ()> + Send,
    W: Fn(S) -> F + Clone + Send + 'static,
{
    let running: Vec<_> = (0..tasks)
        .map(|_| {
            let (shared, work) = (shared.clone(), work.clone());
            tokio::spawn(async move {
                for _ in 0..count / tasks {
                    work(shared.clone()).await;
                }
            })
        })
        .collect();
    for task in running {
        task.await.unwrap();
    }
}

async fn by_sdk(name: &str, client: &Client) {
    let url = client.create_queue().queue_name("sdk").send().await.unwrap().queue_url.unwrap();
    let shared = (client.clone(), url);
    for tasks in [1, 16] {
        let start = Instant::now();
        spread(tasks, SDK_COUNT, &shared, async |(client, url): (Client, String)| {
            client.send_message().queue_url(url).message_body("{}").send().await.unwrap();
        })
        .await;
        report(&format!("{name}, {tasks} tasks: sends"), SDK_COUNT, start);
        client.purge_queue().queue_url(&shared.1).send().await.unwrap();
        let start = Instant::now();
        spread(tasks, SDK_COUNT, &shared, async |(client, url): (Client, String)| {
            client.send_message().queue_url(&url).message_body("{}").send().await.unwrap();
            let received = client.receive_message().queue_url(&url).send().await.unwrap();
            let handle = received.messages.unwrap().pop().unwrap().receipt_handle.unwrap();
            client.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap();
        })
        .await;
        report(&format!("{name}, {tasks} tasks: send, receive, delete"), SDK_COUNT, start);
    }
}

async fn all(name: &str) {
    let folder = tempfile::tempdir().unwrap();
    direct(&format!("{name}, memory"), &Engine::in_memory(clock())).await;
    let disk = Engine::open(&folder.path().join("queues.db"), false, clock()).unwrap();
    direct(&format!("{name}, disk"), &disk).await;
    by_sdk(&format!("{name}, SDK, memory"), &sqs::client(&Engine::in_memory(clock()))).await;
    let disk = Engine::open(&folder.path().join("sdk.db"), false, clock()).unwrap();
    by_sdk(&format!("{name}, SDK, disk"), &sqs::client(&disk)).await;
}

fn main() {
    let one = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    one.block_on(all("1 core"));
    let four =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    four.block_on(async { tokio::spawn(all("4 cores")).await.unwrap() });
}
