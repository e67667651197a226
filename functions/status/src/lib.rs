//! Reads runs: state, result and log of one, or a list. Cancels one. Serves the API's description too.

mod aiplanet;

use lambda_http::{Body, Request, Response};
use shared::{
    http::{
        self, Dialect, openapi,
        phinite::{self, Envelope, Logs, LogsWanted, StatusRequest},
        pinkfish::{self, Answer, DeliveryRequest, Execution, Progress, RunPart, RunRequest},
        received,
    },
    runs::{Runs, Subject},
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
        Dialect::AiPlanet => {
            let result = Box::pin(aiplanet::answer(&runs, &request)).await;
            http::aiplanet::reply(&request, event, result).await
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
    if let Some(request) = DeliveryRequest::of(request)? {
        return find(runs, &request).await;
    }
    if let Some(file) = pinkfish::file_wanted(request)? {
        return Answer::of_file(runs.file_address(&file).await?);
    }
    let request = RunRequest::of(request)?;
    if request.part == RunPart::Preflight {
        return Ok(Answer::Preflight);
    }
    let caller = runs.accept(request.key()?, Subject::Run(&request.run)).await?;
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

async fn find(runs: &Runs, request: &DeliveryRequest<'_>) -> Result<Answer, pinkfish::Error> {
    if request.is_preflight() {
        return Ok(Answer::Preflight);
    }
    let DeliveryRequest { trigger, provider, delivery, .. } = request;
    let caller = runs.accept(request.key()?, Subject::Trigger(trigger)).await?;
    let run = runs.delivered(&caller, trigger, provider, delivery).await?;
    Ok(Answer::of_delivery(run))
}
