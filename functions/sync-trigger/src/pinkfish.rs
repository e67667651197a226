//! A trigger of the Pinkfish dialect: its flow started, followed, waited for or not, and files that are to come with a start.

use lambda_http::Request;
use shared::{
    http::{
        events::{Events, Reply},
        is_preflight,
        pinkfish::{Answer, Error, TriggerRequest, UploadRequest},
    },
    runs::Runs,
};

pub(crate) async fn answer(runs: &Runs, request: &Request) -> Result<Reply<Answer>, Error> {
    if is_preflight(request) {
        return Ok(Reply::Whole(Answer::Preflight));
    }
    if let Some(request) = UploadRequest::of(request)? {
        return Ok(Reply::Whole(upload(runs, &request).await?));
    }
    let request = TriggerRequest::of(request)?;
    let caller = runs.authenticate_to_start(request.key()?, None, &request.trigger, None).await?;
    let (trigger, environment) = runs.furthest_trigger(&caller, &request.trigger).await?;
    let waits = request.waits()?;
    let inputs = request.inputs(caller.workspace(), runs.now())?;
    let uploaded = runs.uploaded(caller.workspace(), inputs.uploaded()).await?;
    let inputs = inputs.checked(&uploaded)?;
    let typed = runs.input_of_fields(&trigger, environment, inputs.fields()).await?;
    let automation = trigger.flow.clone();
    let (start, files) = request.start((trigger, environment), inputs, typed)?;
    runs.keep_files(&start, files).await?;
    if request.wants_events() {
        return Ok(Reply::Events(Events::of_start(runs.start_and_follow(start).await?)));
    }
    if waits {
        let (report, replayed) = runs.start_and_report(start).await?;
        return Ok(Reply::Whole(Answer::of_report(report, replayed)));
    }
    let started = runs.start(start).await?;
    Ok(Reply::Whole(Answer::of_started(automation, &started)))
}

async fn upload(runs: &Runs, request: &UploadRequest<'_>) -> Result<Answer, Error> {
    let caller = runs.authenticate_to_start(request.key()?, None, &request.trigger, None).await?;
    // Only who may start the trigger.
    runs.furthest_trigger(&caller, &request.trigger).await?;
    let file = request.file()?;
    Ok(Answer::Upload(runs.upload(caller.workspace(), file).await?))
}
