//! Wiring of the sync-trigger function.

#![recursion_limit = "256"]

use lambda_http::{Error, Request, run_with_streaming_response, service_fn};
use shared::{config::Config, connect::connect, telemetry};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = Config::from_environment()?;
    telemetry::init(&config.log);
    let runs = connect(&config);
    run_with_streaming_response(service_fn(async |request: Request| {
        Ok::<_, Error>(sync_trigger::handle(&runs, request).await)
    }))
    .await
}
