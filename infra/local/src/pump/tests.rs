//! Queues with functions that the tests give.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use serde_json::json;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::time::Instant;

use super::{Mapping, event};
use crate::invoke::{Stop, Stopper, Tasks};
use crate::sqs::{Attribute, Engine, Outgoing};

const QUEUE: &str = "runs";
const DEAD: &str = "dead";
const VISIBILITY_S: u64 = 30;

struct Bed {
    engine: Engine,
    now_ms: Arc<AtomicU64>,
    invocations: Tasks,
    intake: Tasks,
    stopper: Stopper,
    stop: Stop,
}

impl Bed {
    async fn new() -> Self {
        let now_ms = Arc::new(AtomicU64::new(1_793_491_200_000));
        let engine = Engine::in_memory({
            let now_ms = now_ms.clone();
            Arc::new(move || now_ms.load(Ordering::SeqCst))
        });
        engine.create_queue(DEAD, &BTreeMap::new()).await.unwrap();
        let redrive = json!({
            "deadLetterTargetArn": engine.attributes(DEAD).unwrap()["QueueArn"],
            "maxReceiveCount": 3,
        });
        let attributes = [
            ("VisibilityTimeout".to_owned(), VISIBILITY_S.to_string()),
            ("RedrivePolicy".to_owned(), redrive.to_string()),
        ];
        engine.create_queue(QUEUE, &attributes.into()).await.unwrap();
        let (stopper, stop) = Stopper::new();
        let (invocations, intake) = (Tasks::default(), Tasks::default());
        Self { engine, now_ms, invocations, intake, stopper, stop }
    }

    fn pump<F>(
        &self,
        queue: &'static str,
        maximum_concurrency: usize,
        function: impl Fn(SqsEvent) -> F + Send + 'static,
    ) where
        F: Future<Output = SqsBatchResponse> + Send + 'static,
    {
        let mapping =
            Mapping::new(&self.engine, queue, maximum_concurrency, &self.invocations).unwrap();
        self.intake.spawn(mapping.run(function, self.stop.clone()));
    }

    async fn send(&self, body: &str) {
        let outgoing = Outgoing { body: body.to_owned(), ..Outgoing::default() };
        self.engine.send(QUEUE, outgoing).await.unwrap();
    }

    fn pass(&self, duration: Duration) {
        let duration_ms = u64::try_from(duration.as_millis()).unwrap();
        self.now_ms.fetch_add(duration_ms, Ordering::SeqCst);
        self.engine.wake();
    }

    /// Visible messages and those in flight.
    fn counts(&self, queue: &str) -> (String, String) {
        let mut attributes = self.engine.attributes(queue).unwrap();
        let mut count = |name| attributes.remove(name).unwrap();
        (count("ApproximateNumberOfMessages"), count("ApproximateNumberOfMessagesNotVisible"))
    }

    /// Stops the pumps and waits until nothing goes on.
    async fn stop(&self) {
        self.stopper.stop();
        let deadline = Instant::now() + Duration::from_secs(10);
        self.intake.finish(deadline).await;
        self.invocations.finish(deadline).await;
        assert!(Instant::now() < deadline);
    }
}

fn body(event: &SqsEvent) -> String {
    assert_eq!(event.records.len(), 1);
    event.records[0].body.clone().unwrap()
}

fn failed(event: &SqsEvent) -> SqsBatchResponse {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = event.records[0].message_id.clone().unwrap();
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures.push(failure);
    response
}

/// A function that tells its events to the test, and fails or not.
fn teller(
    fails: bool,
) -> (impl Fn(SqsEvent) -> std::future::Ready<SqsBatchResponse>, mpsc::UnboundedReceiver<SqsEvent>)
{
    let (sender, receiver) = mpsc::unbounded_channel();
    let function = move |event: SqsEvent| {
        let response = if fails { failed(&event) } else { SqsBatchResponse::default() };
        sender.send(event).unwrap();
        std::future::ready(response)
    };
    (function, receiver)
}

#[tokio::test]
async fn a_handled_message_is_deleted() {
    let bed = Bed::new().await;
    let (function, mut events) = teller(false);
    bed.pump(QUEUE, 4, function);
    for number in 0..25 {
        bed.send(&number.to_string()).await;
    }
    let mut bodies = Vec::new();
    for _ in 0..25 {
        bodies.push(body(&events.recv().await.unwrap()).parse::<u32>().unwrap());
    }
    bodies.sort_unstable();
    assert_eq!(bodies, (0..25).collect::<Vec<_>>());
    bed.stop().await;
    assert_eq!(bed.counts(QUEUE), ("0".to_owned(), "0".to_owned()));
}

#[tokio::test]
async fn a_failed_message_returns_after_its_visibility_timeout_and_dies_at_last() {
    let bed = Bed::new().await;
    let (function, mut events) = teller(true);
    let (dead_function, mut dead_events) = teller(false);
    bed.pump(QUEUE, 4, function);
    bed.pump(DEAD, 4, dead_function);
    bed.send("poison").await;
    for delivery in 1..=3 {
        let event = events.recv().await.unwrap();
        let count = &event.records[0].attributes["ApproximateReceiveCount"];
        assert_eq!(*count, delivery.to_string());
        bed.pass(Duration::from_secs(VISIBILITY_S - 1));
        assert_eq!(bed.counts(QUEUE), ("0".to_owned(), "1".to_owned()));
        bed.pass(Duration::from_secs(1));
    }
    let dead = dead_events.recv().await.unwrap();
    assert_eq!(body(&dead), "poison");
    let source = &dead.records[0].attributes["DeadLetterQueueSourceArn"];
    assert_eq!(*source, bed.engine.attributes(QUEUE).unwrap()["QueueArn"]);
    bed.stop().await;
    assert!(events.try_recv().is_err());
    assert_eq!(bed.counts(QUEUE), ("0".to_owned(), "0".to_owned()));
    assert_eq!(bed.counts(DEAD), ("0".to_owned(), "0".to_owned()));
}

#[tokio::test]
async fn a_panic_is_a_failure_and_gives_its_slot_back() {
    let bed = Bed::new().await;
    let (sender, mut bodies) = mpsc::unbounded_channel();
    bed.pump(QUEUE, 1, move |event| {
        let sender = sender.clone();
        async move {
            let body = body(&event);
            sender.send(body.clone()).unwrap();
            assert_ne!(body, "bad", "this panics for the test's sake");
            SqsBatchResponse::default()
        }
    });
    bed.send("bad").await;
    bed.send("good").await;
    assert_eq!(bodies.recv().await.unwrap(), "bad");
    assert_eq!(bodies.recv().await.unwrap(), "good");
    bed.stop().await;
    assert_eq!(bed.counts(QUEUE), ("0".to_owned(), "1".to_owned()));
}

#[tokio::test]
async fn no_more_invocations_run_than_are_allowed() {
    let bed = Bed::new().await;
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    bed.pump(QUEUE, 3, {
        let (running, most) = (running.clone(), most.clone());
        let (begun, go_on) = (begun.clone(), go_on.clone());
        move |_| {
            let (running, most) = (running.clone(), most.clone());
            let (begun, go_on) = (begun.clone(), go_on.clone());
            async move {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                begun.add_permits(1);
                go_on.acquire().await.unwrap().forget();
                running.fetch_sub(1, Ordering::SeqCst);
                SqsBatchResponse::default()
            }
        }
    });
    for _ in 0..12 {
        bed.send("x").await;
    }
    for _ in 0..4 {
        begun.acquire_many(3).await.unwrap().forget();
        go_on.add_permits(3);
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
    bed.stop().await;
}

#[tokio::test]
async fn a_stop_waits_for_invocations_and_takes_no_message_more() {
    let bed = Bed::new().await;
    let (called, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    bed.pump(QUEUE, 1, {
        let (called, go_on) = (called.clone(), go_on.clone());
        move |_| {
            let (called, go_on) = (called.clone(), go_on.clone());
            async move {
                called.notify_one();
                go_on.notified().await;
                SqsBatchResponse::default()
            }
        }
    });
    bed.send("first").await;
    bed.send("second").await;
    called.notified().await;
    bed.stopper.stop();
    bed.intake.finish(Instant::now() + Duration::from_secs(10)).await;
    go_on.notify_one();
    bed.stop().await;
    assert_eq!(bed.counts(QUEUE), ("1".to_owned(), "0".to_owned()));
}

#[tokio::test]
async fn a_record_has_the_form_of_the_real_mapping() {
    let bed = Bed::new().await;
    let text = |value: &str| Attribute {
        data_type: "String".to_owned(),
        string_value: Some(value.to_owned()),
        binary_value: None,
    };
    let binary = Attribute {
        data_type: "Binary".to_owned(),
        string_value: None,
        binary_value: Some("/wA=".to_owned()),
    };
    let outgoing = Outgoing {
        body: "hello".to_owned(),
        delay_s: None,
        attributes: [("a".to_owned(), text("b")), ("c".to_owned(), binary)].into(),
        group_id: Some("ws".to_owned()),
        trace_header: None,
    };
    let sent = bed.engine.send(QUEUE, outgoing).await.unwrap();
    let received = bed.engine.receive(QUEUE, 1, None, Some(0)).await.unwrap().remove(0);
    let arn = "arn:aws:sqs:eu-central-1:000000000000:runs";
    let event = serde_json::to_value(event::event(&received, arn)).unwrap();
    let record = &event["Records"][0];
    assert_eq!(record["messageId"], sent.message_id.to_string());
    assert_eq!(record["receiptHandle"], received.receipt_handle);
    assert_eq!(record["body"], "hello");
    assert_eq!(record["md5OfBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(
        record["attributes"],
        json!({
            "ApproximateReceiveCount": "1", "ApproximateFirstReceiveTimestamp": "1793491200000",
            "SentTimestamp": "1793491200000", "SenderId": "000000000000", "MessageGroupId": "ws",
        })
    );
    assert_eq!(record["messageAttributes"]["a"]["stringValue"], "b");
    assert_eq!(record["messageAttributes"]["c"]["binaryValue"], "/wA=");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], arn);
    assert_eq!(record["awsRegion"], "eu-central-1");
}
