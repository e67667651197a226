//! Reads runs: state, result and log of one, or a list. Cancels one, and takes answers to one that asks. Serves the API's description too.

mod aiplanet;
mod link;
mod pinkfish;

use lambda_http::{Body, Request, Response};
use shared::{
    http::{
        self, Dialect,
        link::LinkRequest,
        openapi,
        phinite::{self, Envelope, Logs, LogsWanted, StatusRequest},
        received,
    },
    runs::Runs,
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<Body> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
    if openapi::asks_for_document(&request) {
        return openapi::reply(&request, event).await;
    }
    let runs = runs.observed(&event);
    if let Some(asked) = LinkRequest::of(&request) {
        let result = Box::pin(link::answer(&runs, &asked)).await;
        return http::link::reply(&request, event, result).await;
    }
    match Dialect::of(&request) {
        Dialect::Phinite => {
            let result = Box::pin(read(&runs, &request)).await;
            phinite::reply(&request, event, result).await
        }
        Dialect::Pinkfish => {
            let result = Box::pin(pinkfish::answer(&runs, &request)).await;
            http::pinkfish::reply(&request, event, result).await
        }
        Dialect::AiPlanet => {
            let result = Box::pin(aiplanet::answer(&runs, &request)).await;
            http::aiplanet::reply(&request, event, result).await
        }
    }
}

async fn read(runs: &Runs, request: &Request) -> Result<Envelope, phinite::Error> {
    let wanted = StatusRequest::of(request)?;
    let caller = runs.authenticate(phinite::token(request)?, &wanted.workspace).await?;
    let (view, logs) = match wanted.logs()? {
        LogsWanted::Newest => (runs.status(&caller, &wanted.run).await?, Logs::Newest),
        LogsWanted::Page(cursor) => {
            let (view, page) =
                runs.status_with_logs(&caller, &wanted.run, cursor.as_deref()).await?;
            (view, Logs::Page(page))
        }
    };
    Ok(Envelope::of_run(view, logs, false))
}
