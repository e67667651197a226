//! Batches: taken or refused as a whole for their form, entry by entry for their content.

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    SendMessageBatchRequestEntry,
};

use super::bed::both;

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

#[tokio::test]
async fn each_entry_is_taken_or_refused_on_its_own() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let sent = bed.client.send_message_batch().queue_url(&url);
        let sent = sent
            .entries(entry("good", "a"))
            .entries(entry("bad", "\u{1}"))
            .entries(entry("fine", "b"));
        let sent = sent.send().await.unwrap();
        assert_eq!(
            sent.successful()
                .iter()
                .map(aws_sdk_sqs::types::SendMessageBatchResultEntry::id)
                .collect::<Vec<_>>(),
            ["good", "fine"]
        );
        let [failed] = sent.failed() else { panic!("{sent:?}") };
        assert_eq!(
            (failed.id(), failed.code(), failed.sender_fault()),
            ("bad", "InvalidMessageContents", true)
        );

        let messages = bed.receive(&url).await;
        assert_eq!(messages.len(), 2);
        let handles: Vec<_> =
            messages.iter().map(|message| message.receipt_handle().unwrap()).collect();
        let change = |id, handle| {
            let entry =
                ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(handle);
            entry.visibility_timeout(0).build().unwrap()
        };
        let changed = bed.client.change_message_visibility_batch().queue_url(&url);
        let changed = changed
            .entries(change("0", handles[0]))
            .entries(change("1", "nonsense"))
            .send()
            .await
            .unwrap();
        assert_eq!(changed.successful().len(), 1);
        assert_eq!(changed.failed()[0].code(), "ReceiptHandleIsInvalid");
        assert_eq!(bed.counts(&url).await, ["1", "1", "0"]);

        let delete = |id, handle| {
            DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
        };
        let deleted = bed.client.delete_message_batch().queue_url(&url);
        let deleted = deleted.entries(delete("0", handles[0])).entries(delete("1", handles[1]));
        let deleted = deleted.entries(delete("2", "nonsense")).send().await.unwrap();
        assert_eq!(deleted.successful().len(), 2);
        assert_eq!(deleted.failed()[0].code(), "ReceiptHandleIsInvalid");
        assert_eq!(bed.counts(&url).await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_batch_of_the_wrong_form_is_refused_whole() {
    both(async |bed| {
        let url = bed.queue("runs", &[]).await;
        let send = async |entries: Vec<SendMessageBatchRequestEntry>| {
            let request =
                bed.client.send_message_batch().queue_url(&url).set_entries(Some(entries));
            request
                .send()
                .await
                .map_err(aws_smithy_runtime_api::client::result::SdkError::into_service_error)
        };
        assert!(send(vec![]).await.unwrap_err().is_empty_batch_request());
        let many = (0..11).map(|number| entry(&number.to_string(), "a")).collect();
        assert!(send(many).await.unwrap_err().is_too_many_entries_in_batch_request());
        assert!(
            send(vec![entry("a", "a"), entry("a", "b")])
                .await
                .unwrap_err()
                .is_batch_entry_ids_not_distinct()
        );
        assert!(send(vec![entry("no spaces", "a")]).await.unwrap_err().is_invalid_batch_entry_id());
        let half = "x".repeat(524_289);
        assert!(
            send(vec![entry("a", &half), entry("b", &half)])
                .await
                .unwrap_err()
                .is_batch_request_too_long()
        );
        assert_eq!(bed.counts(&url).await, ["0", "0", "0"]);
        let full = (0..10).map(|number| entry(&number.to_string(), "a")).collect();
        assert_eq!(send(full).await.unwrap().successful().len(), 10);
        assert_eq!(bed.receive(&url).await.len(), 10);
    })
    .await;
}
