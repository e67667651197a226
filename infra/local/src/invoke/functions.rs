//! The functions' handlers, called as Lambda calls them: an event in, an answer out.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use lambda_http::{Request, Response};
use shared::{
    http::{
        events::{StreamedBody, whole},
        routes::Function,
    },
    runs::Runs,
};

/// Answers a request of the gateway.
pub(crate) async fn http(
    runs: Runs,
    function: Function,
    request: Request,
) -> Response<StreamedBody> {
    match function {
        Function::SyncTrigger => sync_trigger::handle(&runs, request).await,
        Function::AsyncStart => whole(async_start::handle(&runs, request).await),
        Function::WebhookIngest => whole(webhook_ingest::handle(&runs, request).await),
        Function::Status => whole(status::handle(&runs, request).await),
        Function::Follow => follow::handle(&runs, request).await,
    }
}

/// Handles messages of the runs queue.
pub(crate) async fn worker(runs: Runs, event: SqsEvent) -> SqsBatchResponse {
    worker::handle(&runs, event).await
}

/// Handles messages of the dead-letter queue.
pub(crate) async fn dead_letter(runs: Runs, event: SqsEvent) -> SqsBatchResponse {
    dead_letter::handle(&runs, event).await
}
