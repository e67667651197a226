//! Wiring of the worker function.

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::{connect::connect, startup};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = startup::configuration().await;
    let runs = connect(&config);
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let runs = runs.of_invocation(&event.context.request_id);
        Ok::<_, Error>(worker::handle(&runs, event.payload).await)
    }))
    .await
}
