//! Runs a trigger's flow while the caller waits; what is not done by then goes on in the background.
//! A trigger of the Pinkfish dialect is one resource, so it is started in the background here too.

use lambda_http::{Body, Request, Response};
use shared::{
    http::{Dialect, phinite, pinkfish, received},
    model::limits,
    runs::Runs,
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<Body> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
    let runs = runs.observed(&event);
    match Dialect::of(&request) {
        // No route of AI Planet's comes here.
        Dialect::Phinite | Dialect::AiPlanet => {
            phinite::reply(&request, event, run(&runs, &request).await).await
        }
        Dialect::Pinkfish => {
            let runs = runs.waiting_at_most(limits::PINKFISH_WAIT);
            let result = Box::pin(trigger(&runs, &request)).await;
            pinkfish::reply(&request, event, result).await
        }
    }
}

async fn run(runs: &Runs, request: &Request) -> Result<phinite::Envelope, phinite::Error> {
    let request = phinite::TriggerRequest::of(request)?;
    let environment = request.environment();
    let (workspace, ahead) = (Some(&*request.workspace), environment.as_ref().ok().copied());
    let caller =
        runs.authenticate_to_start(request.token()?, workspace, &request.trigger, ahead).await?;
    let environment = environment?;
    let trigger = runs.trigger(&caller, &request.trigger, environment).await?;
    let start = request.start(trigger, environment)?;
    let (view, replayed) = runs.start_and_wait(start).await?;
    Ok(phinite::Envelope::of_run(view, phinite::Logs::Newest, replayed))
}

async fn trigger(runs: &Runs, request: &Request) -> Result<pinkfish::Answer, pinkfish::Error> {
    if let Some(request) = pinkfish::UploadRequest::of(request)? {
        return upload(runs, &request).await;
    }
    let request = pinkfish::TriggerRequest::of(request)?;
    if request.is_preflight() {
        return Ok(pinkfish::Answer::Preflight);
    }
    let caller = runs.authenticate_to_start(request.key()?, None, &request.trigger, None).await?;
    let (trigger, environment) = runs.furthest_trigger(&caller, &request.trigger).await?;
    let waits = request.waits()?;
    let inputs = request.inputs(runs.now())?;
    let uploaded = runs.uploaded(inputs.uploaded()).await?;
    let inputs = inputs.checked(&uploaded)?;
    let typed = runs.input_of_fields(&trigger, environment, inputs.fields()).await?;
    let automation = trigger.flow.clone();
    let (start, files) = request.start((trigger, environment), inputs, typed)?;
    runs.keep_files(&start, files).await?;
    if waits {
        let (report, replayed) = runs.start_and_report(start).await?;
        return Ok(pinkfish::Answer::of_report(report, replayed));
    }
    let started = runs.start(start).await?;
    Ok(pinkfish::Answer::of_started(automation, &started))
}

async fn upload(
    runs: &Runs,
    request: &pinkfish::UploadRequest<'_>,
) -> Result<pinkfish::Answer, pinkfish::Error> {
    if request.is_preflight() {
        return Ok(pinkfish::Answer::Preflight);
    }
    let caller = runs.authenticate_to_start(request.key()?, None, &request.trigger, None).await?;
    // Only who may start the trigger.
    runs.furthest_trigger(&caller, &request.trigger).await?;
    let file = request.file(runs.now())?;
    let upload = runs.upload(&file).await?;
    Ok(pinkfish::Answer::Upload { file, upload })
}
