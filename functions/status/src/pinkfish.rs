//! Runs in the Pinkfish dialect: one, by its id or by its provider's delivery. Files too.

use lambda_http::Request;
use shared::{
    http::pinkfish::{
        Answer, DeliveryRequest, Error, Execution, Key, Progress, RunPart, RunRequest, file_wanted,
    },
    runs::{Runs, Subject},
};

pub(crate) async fn answer(runs: &Runs, request: &Request) -> Result<Answer, Error> {
    if let Some(request) = DeliveryRequest::of(request)? {
        return find(runs, &request).await;
    }
    if let Some(file) = file_wanted(request)? {
        let address = runs.file_address(&file).await?;
        return Ok(Answer::FileAt(address.ok_or(Error::NotFound("File not found"))?));
    }
    let request = RunRequest::of(request)?;
    if request.part == RunPart::Preflight {
        return Ok(Answer::Preflight);
    }
    let caller = match request.key()? {
        Key::Header(key) => runs.authenticate_by_key(key).await?,
        Key::Path(text) => runs.authenticate_in_path(&text, Subject::Run(&request.run)).await?,
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

async fn find(runs: &Runs, request: &DeliveryRequest<'_>) -> Result<Answer, Error> {
    if request.is_preflight() {
        return Ok(Answer::Preflight);
    }
    let DeliveryRequest { trigger, provider, delivery, .. } = request;
    let caller = match request.key()? {
        Key::Path(text) => runs.authenticate_in_path(&text, Subject::Trigger(trigger)).await?,
        Key::Header(key) => runs.authenticate_by_key(key).await?,
    };
    let run = runs.delivered(&caller, trigger, provider, delivery).await?;
    Ok(Answer::of_delivery(run))
}
