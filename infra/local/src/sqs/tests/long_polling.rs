//! Long polls. Where time passes by itself, it is the paused clock of the runtime, so that seconds cost nothing and are exact.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use tokio::time::{Instant, timeout};

use super::bed::{START_MS, both};
use crate::sqs::{Engine, Outgoing};

/// Queues whose clock is that of the paused runtime.
async fn paused(queue: &str) -> Engine {
    let start = Instant::now();
    let now = move || START_MS + u64::try_from(start.elapsed().as_millis()).unwrap();
    let engine = Engine::in_memory(Arc::new(now));
    engine.create_queue(queue, &std::collections::BTreeMap::new()).await.unwrap();
    engine
}

fn message(body: &str, delay_s: u32) -> Outgoing {
    Outgoing { body: body.to_owned(), delay_s: Some(delay_s), ..Outgoing::default() }
}

#[tokio::test]
async fn a_send_ends_the_wait() {
    both(async |bed| {
        let url =
            bed.queue("runs", &[(QueueAttributeName::ReceiveMessageWaitTimeSeconds, "20")]).await;
        let (received, ()) = tokio::join!(bed.receive(&url), async {
            tokio::task::yield_now().await;
            bed.send(&url, "a").await;
        });
        assert_eq!(received.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_moved_clock_ends_the_wait_for_a_visibility_timeout() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        bed.send(&url, "a").await;
        assert_eq!(bed.receive(&url).await.len(), 1);
        let poll = bed.client.receive_message().queue_url(&url).wait_time_seconds(20).send();
        let (received, ()) = tokio::join!(poll, async {
            tokio::task::yield_now().await;
            bed.pass(30_000);
        });
        // By socket the clock may move before the poll arrives; it finds the message either way.
        assert_eq!(received.unwrap().messages().len(), 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_delay_ends_the_wait_to_the_millisecond() {
    let engine = paused("runs").await;
    engine.send("runs", message("a", 7)).await.unwrap();
    let start = Instant::now();
    assert_eq!(engine.receive("runs", 10, None, Some(20)).await.unwrap().len(), 1);
    assert_eq!(start.elapsed(), Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_nothing_ends_in_time() {
    let engine = paused("runs").await;
    let start = Instant::now();
    assert!(engine.receive("runs", 10, None, Some(3)).await.unwrap().is_empty());
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    engine.send("runs", message("later", 10)).await.unwrap();
    assert!(engine.receive("runs", 10, None, Some(3)).await.unwrap().is_empty());
    assert_eq!(start.elapsed(), Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn an_impatient_receiver_leaves_the_message_to_a_patient_one() {
    let engine = paused("runs").await;
    let start = Instant::now();
    let (impatient, patient, _) = tokio::join!(
        engine.receive("runs", 1, None, Some(1)),
        engine.receive("runs", 1, None, Some(20)),
        async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            engine.send("runs", message("a", 4)).await.unwrap()
        }
    );
    assert!(impatient.unwrap().is_empty());
    assert_eq!(patient.unwrap().len(), 1);
    assert_eq!(start.elapsed(), Duration::from_millis(4_500));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_learns_of_the_timeout_of_another() {
    let engine = paused("runs").await;
    let start = Instant::now();
    let (first, second, _) = tokio::join!(
        engine.receive("runs", 1, Some(5), Some(20)),
        engine.receive("runs", 1, Some(5), Some(20)),
        engine.send("runs", message("a", 0)),
    );
    // One got it at once, the other when the first one's timeout ended.
    assert_eq!((first.unwrap().len(), second.unwrap().len()), (1, 1));
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn every_message_finds_one_of_many_receivers() {
    let engine = paused("runs").await;
    let receivers: Vec<_> = (0..20)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(
                async move { engine.receive("runs", 1, None, Some(20)).await.unwrap().len() },
            )
        })
        .collect();
    for number in 0..20 {
        let delay_s = u32::from(number % 3 == 0) * 2;
        engine.send("runs", message(&number.to_string(), delay_s)).await.unwrap();
        tokio::task::yield_now().await;
    }
    for receiver in receivers {
        assert_eq!(receiver.await.unwrap(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_gives_up_takes_nothing_with_it() {
    let engine = paused("runs").await;
    let abandoned =
        timeout(Duration::from_secs(1), engine.receive("runs", 1, None, Some(20))).await;
    assert!(abandoned.is_err());
    engine.send("runs", message("a", 0)).await.unwrap();
    assert_eq!(engine.receive("runs", 1, None, Some(0)).await.unwrap().len(), 1);
}
