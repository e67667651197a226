//! Executes runs in the background, one message at a time.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use shared::{queue::handle_each, runs::Runs};

/// Handles a batch; what failed is named, so that only it comes back.
pub async fn handle(runs: &Runs, event: SqsEvent) -> SqsBatchResponse {
    handle_each(event, |incoming| runs.deliver(env!("CARGO_PKG_NAME"), incoming)).await
}
