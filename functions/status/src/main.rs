//! Wiring of the status function.

use lambda_http::{Error, Request, run, service_fn};
use shared::{connect::connect, startup};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = startup::configuration().await;
    let runs = connect(&config);
    run(service_fn(async |request: Request| Ok::<_, Error>(status::handle(&runs, request).await)))
        .await
}
