//! Reads a run: its state, result and log.

use lambda_http::{Body, Request, Response};
use shared::{
    http::{
        Dialect,
        phinite::{self, Envelope, Logs, LogsWanted, StatusRequest},
        pinkfish::{self, Answer, Credential, Execution, Progress, RunPart, RunRequest},
        received,
    },
    runs::{Runs, Subject},
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<Body> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
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
    let caller = match request.credential()? {
        Credential::InHeader(key) => runs.authenticate_by_key(key).await?,
        Credential::InPath(text) => {
            runs.authenticate_in_path(&text, Subject::Run(&request.run)).await?
        }
    };
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
