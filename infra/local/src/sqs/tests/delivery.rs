//! One message at a time: visibility, delay, attributes, retention, dead letters.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeName, MessageSystemAttributeNameForSends,
    MessageSystemAttributeValue, QueueAttributeName,
};

use tokio::net::TcpListener;

use super::bed::{Clock, START_MS, both};
use crate::Recorder;
use crate::sqs::{Engine, recorded_client, serve};

#[tokio::test]
async fn a_message_goes_from_sender_to_receiver_and_is_deleted() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let sent =
            bed.client.send_message().queue_url(&url).message_body("hello").send().await.unwrap();
        assert_eq!(bed.counts(&url).await, ["1", "0", "0"]);
        let message = bed.receive(&url).await.pop().unwrap();
        assert_eq!(message.body(), Some("hello"));
        assert_eq!(message.message_id(), sent.message_id());
        assert_eq!(message.md5_of_body(), Some("5d41402abc4b2a76b9719d911017c592"));
        assert_eq!(sent.md5_of_message_body(), message.md5_of_body());
        let handle = message.receipt_handle().unwrap();
        assert_eq!(bed.counts(&url).await, ["0", "1", "0"]);
        for _ in 0..2 {
            bed.client
                .delete_message()
                .queue_url(&url)
                .receipt_handle(handle)
                .send()
                .await
                .unwrap();
            assert_eq!(bed.counts(&url).await, ["0", "0", "0"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_comes_back_when_its_visibility_timeout_ends() {
    both(async |bed| {
        let url = bed.queue("runs", &[(QueueAttributeName::VisibilityTimeout, "60")]).await;
        bed.send(&url, "a").await;
        let first = bed.receive(&url).await.pop().unwrap();
        bed.pass(59_999);
        assert!(bed.receive(&url).await.is_empty());
        bed.pass(1);
        let second = bed.receive(&url).await.pop().unwrap();
        assert_ne!(first.receipt_handle(), second.receipt_handle());
        let attribute = |name| second.attributes().unwrap()[&name].parse::<u64>().unwrap();
        assert_eq!(attribute(MessageSystemAttributeName::ApproximateReceiveCount), 2);
        assert_eq!(attribute(MessageSystemAttributeName::SentTimestamp), START_MS);
        assert_eq!(
            attribute(MessageSystemAttributeName::ApproximateFirstReceiveTimestamp),
            START_MS
        );
        // A worker that was slower than its timeout may still delete.
        let stale = first.receipt_handle().unwrap();
        bed.client.delete_message().queue_url(&url).receipt_handle(stale).send().await.unwrap();
        assert_eq!(bed.counts(&url).await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn visibility_can_be_longer_shorter_or_given_up() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        bed.send(&url, "a").await;
        let request = bed.client.receive_message().queue_url(&url).visibility_timeout(10);
        let message = request.send().await.unwrap().messages.unwrap().pop().unwrap();
        let handle = message.receipt_handle().unwrap();
        let change = async |visibility_s| {
            let request = bed.client.change_message_visibility().queue_url(&url);
            request.receipt_handle(handle).visibility_timeout(visibility_s).send().await
        };
        change(100).await.unwrap();
        bed.pass(99_999);
        assert_eq!(bed.counts(&url).await, ["0", "1", "0"]);
        change(5).await.unwrap();
        bed.pass(4_999);
        assert_eq!(bed.counts(&url).await, ["0", "1", "0"]);
        change(0).await.unwrap();
        assert_eq!(bed.counts(&url).await, ["1", "0", "0"]);
        let error = change(5).await.unwrap_err().into_service_error();
        assert!(error.is_message_not_inflight(), "{error:?}");
        assert_eq!(bed.bodies(&url).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_asked_for_with_no_timeout_is_delivered_once_a_receive() {
    both(async |bed| {
        let url = bed.queue("runs", &[(QueueAttributeName::VisibilityTimeout, "0")]).await;
        bed.send(&url, "a").await;
        for _ in 0..3 {
            assert_eq!(bed.bodies(&url).await, ["a"]);
        }
    })
    .await;
}

#[tokio::test]
async fn delays_hide_a_message_at_first() {
    both(async |bed| {
        let url = bed.queue("runs", &[(QueueAttributeName::DelaySeconds, "10")]).await;
        bed.send(&url, "queue's delay").await;
        let send = async |body, delay_s| {
            bed.client
                .send_message()
                .queue_url(&url)
                .message_body(body)
                .delay_seconds(delay_s)
                .send()
                .await
        };
        send("none", 0).await.unwrap();
        send("longest", 900).await.unwrap();
        let error = send("too long", 901).await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some("InvalidParameterValue"));
        assert_eq!(bed.counts(&url).await, ["1", "0", "2"]);
        assert_eq!(bed.bodies(&url).await, ["none"]);
        assert_eq!(bed.counts(&url).await, ["0", "1", "2"]);
        bed.pass(9_999);
        assert!(bed.receive(&url).await.is_empty());
        bed.pass(1);
        assert_eq!(bed.bodies(&url).await, ["queue's delay"]);
        bed.pass(890_000);
        assert!(bed.bodies(&url).await.contains(&"longest".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_message_received_too_often_becomes_a_dead_letter() {
    both(async |bed| {
        let dead = bed.queue("dead", &[]).await;
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:dead","maxReceiveCount":2}"#;
        let url = bed.queue("runs", &[(QueueAttributeName::RedrivePolicy, policy)]).await;
        bed.send(&url, "poison").await;
        bed.send(&url, "poison too").await;
        for _ in 0..2 {
            assert_eq!(bed.receive(&url).await.len(), 2);
            bed.pass(30_000);
            assert!(bed.receive(&dead).await.is_empty());
        }
        assert!(bed.receive(&url).await.is_empty());
        assert_eq!(bed.counts(&url).await, ["0", "0", "0"]);
        let letters = bed.receive(&dead).await;
        assert_eq!(letters.len(), 2);
        let attributes = letters[0].attributes().unwrap();
        assert_eq!(attributes[&MessageSystemAttributeName::DeadLetterQueueSourceArn], "arn:aws:sqs:eu-central-1:000000000000:runs");
        assert_eq!(attributes[&MessageSystemAttributeName::SentTimestamp], START_MS.to_string());
    })
    .await;
}

#[tokio::test]
async fn messages_older_than_the_retention_period_are_gone() {
    both(async |bed| {
        let url = bed.queue("runs", &[(QueueAttributeName::MessageRetentionPeriod, "60")]).await;
        bed.send(&url, "old").await;
        bed.pass(30_000);
        bed.send(&url, "new").await;
        bed.pass(30_000);
        assert_eq!(bed.bodies(&url).await, ["new"]);
        assert_eq!(bed.counts(&url).await, ["0", "1", "0"]);
    })
    .await;
}

#[tokio::test]
async fn attributes_and_group_arrive_as_they_were_sent() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let text =
            MessageAttributeValue::builder().data_type("String").string_value("é").build().unwrap();
        let number = MessageAttributeValue::builder()
            .data_type("Number.int")
            .string_value("42")
            .build()
            .unwrap();
        let binary = MessageAttributeValue::builder()
            .data_type("Binary")
            .binary_value(Blob::new([0, 1, 255]))
            .build()
            .unwrap();
        let trace = MessageSystemAttributeValue::builder()
            .data_type("String")
            .string_value("Root=1")
            .build()
            .unwrap();
        let request = bed
            .client
            .send_message()
            .queue_url(&url)
            .message_body("{}")
            .message_group_id("workspace-1");
        let request = request
            .message_attributes("text", text.clone())
            .message_attributes("number", number.clone());
        let request = request.message_attributes("binary", binary.clone());
        let request = request
            .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, trace);
        let sent = request.send().await.unwrap();
        let message = bed.receive(&url).await.pop().unwrap();
        assert_eq!(sent.md5_of_message_attributes(), message.md5_of_message_attributes());
        assert!(sent.md5_of_message_attributes().is_some());
        let attributes = message.message_attributes().unwrap();
        assert_eq!(
            (&attributes["text"], &attributes["number"], &attributes["binary"]),
            (&text, &number, &binary)
        );
        let system = message.attributes().unwrap();
        assert_eq!(system[&MessageSystemAttributeName::MessageGroupId], "workspace-1");
        assert_eq!(system[&MessageSystemAttributeName::AwsTraceHeader], "Root=1");
        bed.pass(30_000);
        let plain = bed
            .client
            .receive_message()
            .queue_url(&url)
            .message_attribute_names("nu.*")
            .send()
            .await
            .unwrap();
        let plain = plain.messages.unwrap().pop().unwrap();
        assert_eq!(plain.attributes(), None);
        let names: Vec<_> = plain.message_attributes().unwrap().keys().collect();
        assert_eq!(names, ["number"]);
    })
    .await;
}

#[tokio::test]
async fn a_purge_deletes_everything() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        bed.send(&url, "in flight").await;
        bed.receive(&url).await;
        bed.send(&url, "visible").await;
        bed.client
            .send_message()
            .queue_url(&url)
            .message_body("delayed")
            .delay_seconds(9)
            .send()
            .await
            .unwrap();
        assert_eq!(bed.counts(&url).await, ["1", "1", "1"]);
        bed.client.purge_queue().queue_url(&url).send().await.unwrap();
        assert_eq!(bed.counts(&url).await, ["0", "0", "0"]);
        bed.pass(100_000);
        assert!(bed.receive(&url).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_recorder_sees_every_request() {
    both(async |bed| {
        let recorder = Recorder::default();
        let client = recorded_client(&bed.engine, recorder.clone());
        let url = bed.queue("runs", &[]).await;
        client.send_message().queue_url(&url).message_body("a").send().await.unwrap();
        client.receive_message().queue_url(&url).send().await.unwrap();
        let seen: Vec<_> = recorder
            .take()
            .into_iter()
            .map(|request| (request.service, request.operation))
            .collect();
        assert_eq!(seen, [("sqs", "SendMessage".to_owned()), ("sqs", "ReceiveMessage".to_owned())]);
        assert_eq!(recorder.take(), []);
    })
    .await;
}

#[tokio::test]
async fn the_server_ends_when_it_is_told_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let engine = Engine::in_memory(Clock::new().now());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(engine, listener, async { stopped.await.unwrap() }));
    drop(tokio::net::TcpStream::connect(address).await.unwrap());
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
