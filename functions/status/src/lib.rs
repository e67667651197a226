//! Reads a run: its state, result and log.

use lambda_http::{Body, Request, Response};
use shared::{
    http::{
        phinite::{Envelope, Error, Logs, LogsWanted, StatusRequest, reply},
        received,
    },
    runs::Runs,
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<Body> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
    let result = read(&runs.observed(&event), &request).await;
    reply(&request, event, result).await
}

async fn read(runs: &Runs, request: &Request) -> Result<Envelope, Error> {
    let request = StatusRequest::of(request)?;
    let caller = runs.authenticate(request.token()?, &request.workspace).await?;
    let (view, logs) = match request.logs()? {
        LogsWanted::Newest => (runs.status(&caller, &request.run).await?, Logs::Newest),
        LogsWanted::Page(cursor) => {
            let (view, page) =
                runs.status_with_logs(&caller, &request.run, cursor.as_deref()).await?;
            (view, Logs::Page(page))
        }
    };
    Ok(Envelope::of_run(view, logs, false))
}
