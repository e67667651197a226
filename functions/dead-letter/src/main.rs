//! Wiring of the dead-letter function.

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::{config::Config, connect::connect, telemetry};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = Config::from_environment()?;
    telemetry::init(&config.log);
    let runs = connect(&config);
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let runs = runs.of_invocation(&event.context.request_id);
        Ok::<_, Error>(dead_letter::handle(&runs, event.payload).await)
    }))
    .await
}
