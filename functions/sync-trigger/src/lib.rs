//! Runs a trigger's flow while the caller waits, or follows it; what is not done by then goes on in the background.
//! A trigger of the Pinkfish dialect is one resource, so it is started in the background here too.

mod aiplanet;
mod pinkfish;

use lambda_http::{Request, Response};
use shared::{
    http::{
        self, Dialect,
        events::{Events, Reply, StreamedBody},
        phinite, received, with_limits,
    },
    model::limits,
    runs::Runs,
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<StreamedBody> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
    let runs = runs.observed(&event);
    let response = match Dialect::of(&request) {
        Dialect::Phinite => {
            let result = Box::pin(run(&runs, &request)).await;
            phinite::reply_with_events(&request, event, result).await
        }
        Dialect::Pinkfish => {
            let runs = runs.clone().waiting_at_most(limits::PINKFISH_WAIT);
            let result = Box::pin(pinkfish::answer(&runs, &request)).await;
            http::pinkfish::reply_with_events(&request, event, result).await
        }
        Dialect::AiPlanet => {
            let result = Box::pin(aiplanet::stream(&runs, &request)).await;
            http::aiplanet::reply_with_events(&request, event, result).await
        }
    };
    with_limits(&runs, response)
}

async fn run(runs: &Runs, request: &Request) -> Result<Reply<phinite::Envelope>, phinite::Error> {
    let request = phinite::TriggerRequest::of(request)?;
    let start = request.prepare(runs).await?;
    if request.wants_events() {
        return Ok(Reply::Events(Events::of_start(runs.start_and_follow(start).await?)));
    }
    let (view, replayed) = runs.start_and_wait(start).await?;
    Ok(Reply::Whole(phinite::Envelope::of_run(view, phinite::Logs::Newest, replayed)))
}
