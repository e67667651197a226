//! What is refused, under the names by which the SDK knows it.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::QueueAttributeName;

use super::bed::both;

#[tokio::test]
async fn queues_that_do_not_exist_are_told_so_by_every_operation() {
    both(async |bed| {
        let client = &bed.client;
        let url = "http://localhost/000000000000/nowhere";
        let handle = "0".repeat(64);
        let error = client.get_queue_url().queue_name("nowhere").send().await.unwrap_err();
        assert!(error.into_service_error().is_queue_does_not_exist());
        let error = client.get_queue_attributes().queue_url(url).send().await.unwrap_err();
        assert!(error.into_service_error().is_queue_does_not_exist());
        let error = client
            .set_queue_attributes()
            .queue_url(url)
            .attributes(QueueAttributeName::DelaySeconds, "1");
        assert!(error.send().await.unwrap_err().into_service_error().is_queue_does_not_exist());
        let error =
            client.send_message().queue_url(url).message_body("a").send().await.unwrap_err();
        assert!(error.into_service_error().is_queue_does_not_exist());
        let error =
            client.receive_message().queue_url(url).wait_time_seconds(20).send().await.unwrap_err();
        assert!(error.into_service_error().is_queue_does_not_exist());
        let error = client
            .delete_message()
            .queue_url(url)
            .receipt_handle(&handle)
            .send()
            .await
            .unwrap_err();
        assert!(error.into_service_error().is_queue_does_not_exist());
        let error = client
            .change_message_visibility()
            .queue_url(url)
            .receipt_handle(&handle)
            .visibility_timeout(1);
        assert!(error.send().await.unwrap_err().into_service_error().is_queue_does_not_exist());
        let error = client.purge_queue().queue_url(url).send().await.unwrap_err();
        assert!(error.into_service_error().is_queue_does_not_exist());
    })
    .await;
}

#[tokio::test]
async fn creating_a_queue_again_needs_the_same_attributes() {
    both(async |bed| {
        let url = bed.queue("runs", &[(QueueAttributeName::VisibilityTimeout, "60")]).await;
        assert_eq!(bed.queue("runs", &[(QueueAttributeName::VisibilityTimeout, "60")]).await, url);
        assert_eq!(bed.queue("runs", &[]).await, url);
        let other = bed
            .client
            .create_queue()
            .queue_name("runs")
            .attributes(QueueAttributeName::VisibilityTimeout, "61");
        assert!(other.send().await.unwrap_err().into_service_error().is_queue_name_exists());
        let looked_up = bed.client.get_queue_url().queue_name("runs").send().await.unwrap();
        assert_eq!(looked_up.queue_url(), Some(url.as_str()));
        bed.queue("others", &[]).await;
        let listed = bed.client.list_queues().queue_name_prefix("ru").send().await.unwrap();
        assert_eq!(listed.queue_urls(), [url]);
    })
    .await;
}

#[tokio::test]
async fn names_and_attributes_out_of_range_are_refused() {
    both(async |bed| {
        for name in ["", "with space", "runs.fifo", &"x".repeat(81)] {
            let error = bed.client.create_queue().queue_name(name).send().await.unwrap_err();
            assert_eq!(error.code(), Some("InvalidParameterValue"), "{name}");
        }
        let create = async |name, value: &str| {
            let request = bed.client.create_queue().queue_name("runs").attributes(name, value);
            request.send().await.unwrap_err().into_service_error()
        };
        assert!(create(QueueAttributeName::FifoQueue, "true").await.is_invalid_attribute_name());
        assert!(create(QueueAttributeName::DelaySeconds, "901").await.is_invalid_attribute_value());
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:none","maxReceiveCount":2}"#;
        assert_eq!(create(QueueAttributeName::RedrivePolicy, policy).await.code(), Some("InvalidParameterValue"));
    })
    .await;
}

#[tokio::test]
async fn attributes_can_be_set_and_read() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let set = bed.client.set_queue_attributes().queue_url(&url);
        set.attributes(QueueAttributeName::VisibilityTimeout, "77").send().await.unwrap();
        let read = bed.client.get_queue_attributes().queue_url(&url);
        let read = read.attribute_names(QueueAttributeName::VisibilityTimeout);
        let read = read
            .attribute_names(QueueAttributeName::QueueArn)
            .send()
            .await
            .unwrap()
            .attributes
            .unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[&QueueAttributeName::VisibilityTimeout], "77");
        assert_eq!(
            read[&QueueAttributeName::QueueArn],
            "arn:aws:sqs:eu-central-1:000000000000:runs"
        );
    })
    .await;
}

#[tokio::test]
async fn messages_are_limited_in_size_and_characters() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let send = async |body: String| {
            let request = bed.client.send_message().queue_url(&url).message_body(body);
            request
                .send()
                .await
                .map_err(aws_smithy_runtime_api::client::result::SdkError::into_service_error)
        };
        assert!(send("\u{0}".to_owned()).await.unwrap_err().is_invalid_message_contents());
        assert!(send("\u{FFFE}".to_owned()).await.unwrap_err().is_invalid_message_contents());
        assert_eq!(send(String::new()).await.unwrap_err().code(), Some("MissingParameter"));
        assert_eq!(
            send("x".repeat(1_048_577)).await.unwrap_err().code(),
            Some("InvalidParameterValue")
        );
        let longest = "\u{1F980}\r\n".repeat(174_762);
        send(longest.clone()).await.unwrap();
        assert_eq!(bed.bodies(&url).await, [longest]);
    })
    .await;
}

#[tokio::test]
async fn handles_that_the_queue_did_not_issue_are_refused() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let other = bed.queue("other", &[]).await;
        bed.send(&other, "a").await;
        let foreign = bed.receive(&other).await.pop().unwrap().receipt_handle.unwrap();
        for handle in ["nonsense", &foreign] {
            let deleted =
                bed.client.delete_message().queue_url(&url).receipt_handle(handle).send().await;
            assert!(deleted.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
            let changed =
                bed.client.change_message_visibility().queue_url(&url).receipt_handle(handle);
            let changed = changed.visibility_timeout(1).send().await;
            assert!(changed.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
        }
        bed.client
            .delete_message()
            .queue_url(&other)
            .receipt_handle(&foreign)
            .send()
            .await
            .unwrap();
        let changed =
            bed.client.change_message_visibility().queue_url(&other).receipt_handle(&foreign);
        let gone = changed.visibility_timeout(1).send().await.unwrap_err().into_service_error();
        assert!(gone.is_receipt_handle_is_invalid());
    })
    .await;
}

#[tokio::test]
async fn numbers_of_a_receive_have_ranges() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let receive = || bed.client.receive_message().queue_url(&url);
        for request in [
            receive().max_number_of_messages(0),
            receive().max_number_of_messages(11),
            receive().wait_time_seconds(21),
            receive().visibility_timeout(43_201),
        ] {
            assert_eq!(request.send().await.unwrap_err().code(), Some("InvalidParameterValue"));
        }
    })
    .await;
}

#[tokio::test]
async fn operations_that_are_not_served_are_unknown() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let error = bed.client.delete_queue().queue_url(&url).send().await.unwrap_err();
        assert_eq!(error.code(), Some("UnknownOperationException"));
    })
    .await;
}
