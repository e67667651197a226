//! A batch of deliveries as Lambda hands it over, and the answer that names what failed.

use std::{panic::AssertUnwindSafe, str::FromStr, time::Duration};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::{FutureExt, future::join_all};

use super::{Content, Receipt, Unreadable, client::DELAY};
use crate::model::Timestamp;

/// One delivery of a message.
pub struct Incoming {
    /// The queue's name for it, the same at every delivery.
    pub id: String,
    /// What it says.
    pub message: Result<Content, Unreadable>,
    /// By what it can be held.
    pub receipt: Receipt,
    /// How often it was delivered, this time included.
    pub delivery_count: u32,
    /// Since when it could be received, where the queue says so.
    pub due_at: Option<Timestamp>,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is done with: delete it.
    Done,
    /// Let it come back.
    Again,
}

impl From<SqsMessage> for Incoming {
    fn from(record: SqsMessage) -> Self {
        let number = |text: &String| u64::from_str(text).ok();
        let count = record.attributes.get("ApproximateReceiveCount").and_then(number);
        let sent_at = record.attributes.get("SentTimestamp").and_then(number);
        let delay = record.message_attributes.get(DELAY).and_then(|delay| {
            delay.string_value.as_ref().and_then(number).map(Duration::from_secs)
        });
        Self {
            id: record.message_id.unwrap_or_default(),
            message: Content::read(&record.body.unwrap_or_default()),
            receipt: Receipt::new(record.receipt_handle.unwrap_or_default()),
            delivery_count: count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1),
            due_at: sent_at
                .map(|sent_at| Timestamp::from_millis(sent_at).after(delay.unwrap_or_default())),
        }
    }
}

/// Handles every record of `event` at once. A record whose handling panics fails alone.
pub async fn handle_each<H, F>(event: SqsEvent, handle: H) -> SqsBatchResponse
where
    H: Fn(Incoming) -> F,
    F: Future<Output = Delivery>,
{
    let records = event.records.into_iter().map(|record| {
        let id = record.message_id.clone().unwrap_or_default();
        let handled = AssertUnwindSafe(handle(record.into())).catch_unwind();
        // Whoever watches the event tells of a panic.
        async { (id, handled.await.unwrap_or(Delivery::Again)) }
    });
    let mut response = SqsBatchResponse::default();
    for (id, delivery) in join_all(records).await {
        if delivery == Delivery::Again {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, body: &str) -> SqsMessage {
        let mut record = SqsMessage::default();
        record.message_id = Some(id.to_owned());
        record.body = Some(body.to_owned());
        record
    }

    #[tokio::test]
    async fn what_fails_or_panics_is_named_and_nothing_else() {
        let mut event = SqsEvent::default();
        event.records = vec![record("a", "1"), record("b", "2"), record("c", "3")];
        let turn = std::sync::atomic::AtomicU32::new(0);
        let response = handle_each(event, |incoming| {
            let turn = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            async move {
                assert!(incoming.message.is_err());
                match turn {
                    0 => Delivery::Done,
                    1 => Delivery::Again,
                    _ => panic!("third"),
                }
            }
        })
        .await;
        let failed: Vec<_> =
            response.batch_item_failures.into_iter().map(|one| one.item_identifier).collect();
        assert_eq!(failed, ["b", "c"]);
    }
}
