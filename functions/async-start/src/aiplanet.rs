//! Starts in the AI Planet dialect: of a trigger that the body names, of many, and of a run once more. Files that are to come with
//! one are announced here too.

use lambda_http::Request;
use shared::{
    http::aiplanet::{
        AgainRequest, Answer, Asked, Batch, BatchItem, BatchRequest, Draft, Error, TriggerRequest,
        UploadRequest, Wish,
    },
    runs::{Caller, Runs, Start},
};

pub(crate) async fn answer(runs: &Runs, request: &Request) -> Result<Answer, Error> {
    if let Some(request) = BatchRequest::of(request)? {
        return batch(runs, &request).await;
    }
    if let Some(request) = UploadRequest::of(request)? {
        return upload(runs, &request).await;
    }
    match AgainRequest::of(request)? {
        Some(request) => again(runs, &request).await,
        None => trigger(runs, request).await,
    }
}

async fn batch(runs: &Runs, request: &BatchRequest<'_>) -> Result<Answer, Error> {
    if request.is_preflight() {
        return Ok(Answer::Preflight);
    }
    let caller = runs.authenticate_by_key(request.token()?).await?;
    caller.expect_starter()?;
    let mut batch = Batch::default();
    for item in request.items()? {
        let item = match item {
            Ok(item) => find(runs, &caller, item).await,
            Err(error) => Err(error),
        };
        batch.add(item);
    }
    let started = runs.start_batch(batch.starts()).await;
    Ok(batch.answer(started))
}

async fn find(runs: &Runs, caller: &Caller, item: BatchItem) -> Result<(Start, Asked), Error> {
    let id = &item.body.workflow_configuration_id;
    let (trigger, environment) = runs.furthest_trigger(caller, id).await?;
    let declared = runs.declared_inputs(&trigger, environment).await?;
    attach(runs, item.draft((trigger, environment), &declared)?).await
}

async fn attach(runs: &Runs, draft: Draft) -> Result<(Start, Asked), Error> {
    let attached = runs.attach(draft.attachments()).await?;
    draft.start(attached)
}

async fn upload(runs: &Runs, request: &UploadRequest<'_>) -> Result<Answer, Error> {
    if request.is_preflight() {
        return Ok(Answer::Preflight);
    }
    let caller = runs.authenticate_by_key(request.token()?).await?;
    caller.expect_starter()?;
    let file = request.file()?;
    Ok(Answer::Upload(runs.upload(caller.workspace(), file).await?))
}

async fn trigger(runs: &Runs, request: &Request) -> Result<Answer, Error> {
    let request = TriggerRequest::of(request)?;
    if request.is_preflight() {
        return Ok(Answer::Preflight);
    }
    let body = request.body();
    let id = body.as_ref().map_or("", |body| &body.workflow_configuration_id);
    let caller = runs.authenticate_to_start(request.token()?, None, id, None).await?;
    let body = body?;
    let (trigger, environment) =
        runs.furthest_trigger(&caller, &body.workflow_configuration_id).await?;
    let declared = runs.declared_inputs(&trigger, environment).await?;
    let draft = request.draft((trigger, environment), body, &declared)?;
    let (start, asked) = attach(runs, draft).await?;
    let started = runs.start(start).await.map_err(|error| asked.failed(error))?;
    Ok(asked.answer(&started))
}

async fn again(runs: &Runs, request: &AgainRequest<'_>) -> Result<Answer, Error> {
    if request.is_preflight() {
        return Ok(Answer::Preflight);
    }
    let caller = runs.authenticate_by_key(request.token()?).await?;
    let wish = request.wish()?;
    let original = runs.original(&caller, &request.run()).await?;
    let asked = wish.asked(&original);
    let started = match wish {
        Wish::Retry => runs.retry(&original, request.idempotency(&original, None)?).await,
        Wish::Replay(edited) => {
            let (trigger, environment) = original.place();
            let declared = runs.declared_inputs(trigger, environment).await?;
            let inputs = edited.map(|edited| request.typed(edited, &declared)).transpose()?;
            let idempotency = request.idempotency(&original, inputs.as_ref())?;
            let input = match inputs {
                Some(inputs) => {
                    let files = inputs.attachments(trigger, idempotency.as_ref(), None);
                    let attached = runs.attach(files).await?;
                    Some(inputs.with(attached)?)
                }
                None => None,
            };
            runs.replay(&original, input, idempotency).await
        }
    };
    let started = started.map_err(|error| asked.failed(error))?;
    Ok(asked.answer(&started))
}
