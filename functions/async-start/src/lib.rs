//! Starts a trigger's flow in the background: stored and queued before the answer.

mod aiplanet;

use lambda_http::{Body, Request, Response};
use shared::{
    http::{
        self, Dialect,
        phinite::{Envelope, Error, TriggerRequest, reply},
        received, with_limits,
    },
    runs::Runs,
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<Body> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
    let runs = runs.observed(&event);
    if Dialect::of(&request) == Dialect::AiPlanet {
        let result = Box::pin(aiplanet::answer(&runs, &request)).await;
        return with_limits(&runs, http::aiplanet::reply(&request, event, result).await);
    }
    let result = Box::pin(start(&runs, &request)).await;
    with_limits(&runs, reply(&request, event, result).await)
}

async fn start(runs: &Runs, request: &Request) -> Result<Envelope, Error> {
    let start = TriggerRequest::of(request)?.prepare(runs).await?;
    Ok(Envelope::of_started(&runs.start(start).await?))
}
