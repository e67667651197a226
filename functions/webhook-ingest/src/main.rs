//! Wiring of the webhook-ingest function.

#![recursion_limit = "256"]

use lambda_http::{Error, Request};
use shared::{connect::connect, http::serve_streaming, startup};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = startup::configuration().await;
    let runs = connect(&config);
    serve_streaming(async |request: Request| webhook_ingest::handle(&runs, request).await).await
}
