//! Wiring of the follow function.

#![recursion_limit = "256"]

use lambda_http::{Error, Request, run_with_streaming_response, service_fn};
use shared::{connect::connect, startup};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = startup::configuration().await;
    let runs = connect(&config);
    run_with_streaming_response(service_fn(async |request: Request| {
        Ok::<_, Error>(follow::handle(&runs, request).await)
    }))
    .await
}
