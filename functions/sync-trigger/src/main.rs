//! Wiring of the sync-trigger function.

#![recursion_limit = "256"]

use lambda_http::{Error, Request};
use shared::{connect::connect, http::serve_streaming, startup};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = startup::configuration().await;
    let runs = connect(&config);
    serve_streaming(async |request: Request| sync_trigger::handle(&runs, request).await).await
}
