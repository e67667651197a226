//! Reads a run: its state, result and log. Serves the API's description too.

use lambda_http::{Body, Request, Response};
use shared::{
    http::{
        Dialect, openapi,
        phinite::{self, Envelope, Logs, LogsWanted, StatusRequest},
        pinkfish::{self, Answer, Execution, Progress, RunPart, RunRequest},
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
    match Dialect::of(&request) {
        Dialect::Phinite => {
            let result = read(&runs, &request).await;
            phinite::reply(&request, event, result).await
        }
        Dialect::Pinkfish => {
            let result = Box::pin(read_steps(&runs, &request)).await;
            pinkfish::reply(&request, event, result).await
        }
    }
}

async fn read(runs: &Runs, request: &Request) -> Result<Envelope, phinite::Error> {
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

async fn read_steps(runs: &Runs, request: &Request) -> Result<Answer, pinkfish::Error> {
    let request = RunRequest::of(request)?;
    if request.part == RunPart::Preflight {
        return Ok(Answer::Preflight);
    }
    let caller = runs.authenticate_by_key(request.key()?).await?;
    let answer = match request.part {
        RunPart::Results => {
            let results = runs.results(&caller, &request.run).await?;
            Answer::Execution { execution: Box::new(Execution::of(results)), replayed: false }
        }
        RunPart::Status | RunPart::Preflight => {
            let (view, steps) = runs.progress(&caller, &request.run).await?;
            Answer::Progress(Progress::of(&view.run, steps))
        }
    };
    answer.about(&request.automation)
}
