//! The smallest function behind API Gateway, as `lambda_http` describes it: what cold starts are compared with.

use lambda_http::{Error, Request, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, Error>("Hello, world!"))).await
}
