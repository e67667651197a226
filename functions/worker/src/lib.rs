//! Executes runs in the background, one message at a time.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use shared::{
    queue::Incoming,
    runs::{Delivery, Runs},
};

/// Handles a batch; what failed is named, so that only it comes back.
pub async fn handle(runs: &Runs, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let id = record.message_id.clone().unwrap_or_default();
        if deliver(runs, record.into()).await == Delivery::Again {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

async fn deliver(runs: &Runs, incoming: Incoming) -> Delivery {
    match incoming.message() {
        Ok(message) => runs.deliver(&message, &incoming.receipt, incoming.delivery_count).await,
        Err(error) => {
            shared::telemetry::unreadable_message(&error);
            Delivery::Again
        }
    }
}
