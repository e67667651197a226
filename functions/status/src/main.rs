//! Wiring of the status function.

use lambda_http::{Error, Request, run, service_fn};
use shared::{config::Config, connect::connect, telemetry};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = Config::from_environment()?;
    telemetry::init(&config.log);
    let runs = connect(&config);
    run(service_fn(async |request: Request| Ok::<_, Error>(status::handle(&runs, request).await)))
        .await
}
