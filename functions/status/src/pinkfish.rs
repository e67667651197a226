//! Runs in the Pinkfish dialect: how one stands, what its steps put out, which one a delivery started; and files
//! that one was started with.

use lambda_http::Request;
use shared::{
    http::{
        is_preflight,
        pinkfish::{
            Answer, DeliveryRequest, Error, Execution, Progress, RunPart, RunRequest, file_wanted,
        },
    },
    runs::{Runs, Subject},
};

pub(crate) async fn answer(runs: &Runs, request: &Request) -> Result<Answer, Error> {
    // A file's route answers no preflight.
    if let Some(file) = file_wanted(request)? {
        return Answer::of_file(runs.file_address(&file).await?);
    }
    if is_preflight(request) {
        return Ok(Answer::Preflight);
    }
    if let Some(request) = DeliveryRequest::of(request)? {
        return find(runs, &request).await;
    }
    let request = RunRequest::of(request)?;
    let caller = runs.accept(request.key()?, Subject::Run(&request.run)).await?;
    let answer = match request.part {
        RunPart::Results => {
            let results = runs.results(&caller, &request.run).await?;
            Answer::Execution { execution: Box::new(Execution::of(results)), replayed: false }
        }
        RunPart::Status => {
            let (view, steps) = runs.progress(&caller, &request.run).await?;
            Answer::Progress(Progress::of(view, steps))
        }
    };
    answer.about(&request.automation)
}

async fn find(runs: &Runs, request: &DeliveryRequest<'_>) -> Result<Answer, Error> {
    let DeliveryRequest { trigger, provider, delivery, .. } = request;
    let caller = runs.accept(request.key()?, Subject::Trigger(trigger)).await?;
    let run = runs.delivered(&caller, trigger, provider, delivery).await?;
    Ok(Answer::of_delivery(run))
}
