//! Runs a trigger's flow while the caller waits; what is not done by then goes on in the background.

use lambda_http::{Body, Request, Response};
use shared::{
    http::{
        phinite::{Envelope, Error, Logs, TriggerRequest, reply},
        received,
    },
    runs::Runs,
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<Body> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
    let result = run(&runs.observed(&event), &request).await;
    reply(&request, event, result).await
}

async fn run(runs: &Runs, request: &Request) -> Result<Envelope, Error> {
    let request = TriggerRequest::of(request)?;
    let caller = runs.authenticate(request.token()?, &request.workspace).await?;
    let environment = request.environment()?;
    let trigger = runs.trigger(&caller, &request.trigger, environment).await?;
    let start = request.start(trigger, environment)?;
    let (view, replayed) = runs.start_and_wait(start).await?;
    Ok(Envelope::of_run(view, Logs::Newest, replayed))
}
