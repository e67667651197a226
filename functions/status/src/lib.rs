//! Reads a run: its state, result and log.

use lambda_http::{Body, Request, Response};
use shared::{
    http::phinite::{Envelope, Error, Logs, LogsWanted, StatusRequest, reply},
    runs::Runs,
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<Body> {
    let result = read(runs, &request).await;
    reply(&request, result)
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
