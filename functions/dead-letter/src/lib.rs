//! Ends the runs whose messages could not be handled, so that nothing hangs for ever.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use shared::{
    queue::Incoming,
    runs::{Delivery, Runs},
};

/// Handles a batch of dead letters; what failed is named, so that only it comes back.
pub async fn handle(runs: &Runs, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let id = record.message_id.clone().unwrap_or_default();
        if bury(runs, &record.into()).await == Delivery::Again {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

async fn bury(runs: &Runs, incoming: &Incoming) -> Delivery {
    match incoming.message() {
        Ok(message) => runs.bury(&message).await,
        Err(error) => {
            // No run is named in it, so there is none to end.
            shared::telemetry::unreadable_message(&error);
            Delivery::Done
        }
    }
}
