//! Starts in the AI Planet dialect: of a trigger that the body names, of many, and of a run once more. Files that are to come with
//! one are announced here too.

use lambda_http::Request;
use shared::{
    http::{
        aiplanet::{
            AgainRequest, Answer, Batch, BatchRequest, Error, TriggerRequest, UploadRequest, Wish,
            token,
        },
        is_preflight,
    },
    runs::{Caller, Runs},
};

pub(crate) async fn answer(runs: &Runs, request: &Request) -> Result<Answer, Error> {
    if is_preflight(request) {
        return Ok(Answer::Preflight);
    }
    if let Some(wanted) = BatchRequest::of(request)? {
        let caller = runs.authenticate_by_key(token(request)?).await?;
        return batch(runs, &caller, &wanted).await;
    }
    if let Some(wanted) = UploadRequest::of(request)? {
        let caller = runs.authenticate_by_key(token(request)?).await?;
        return upload(runs, &caller, &wanted).await;
    }
    if let Some(wanted) = AgainRequest::of(request)? {
        let caller = runs.authenticate_by_key(token(request)?).await?;
        return again(runs, &caller, &wanted).await;
    }
    trigger(runs, request).await
}

async fn batch(runs: &Runs, caller: &Caller, request: &BatchRequest<'_>) -> Result<Answer, Error> {
    caller.expect_starter()?;
    let mut batch = Batch::default();
    for item in request.items()? {
        let item = match item {
            Ok(item) => item.prepare(runs, caller).await,
            Err(error) => Err(error),
        };
        batch.add(item);
    }
    let started = runs.start_batch(batch.starts()).await;
    Ok(batch.answer(started))
}

async fn upload(
    runs: &Runs,
    caller: &Caller,
    request: &UploadRequest<'_>,
) -> Result<Answer, Error> {
    caller.expect_starter()?;
    let file = request.file()?;
    Ok(Answer::Upload(runs.upload(caller.workspace(), file).await?))
}

async fn trigger(runs: &Runs, request: &Request) -> Result<Answer, Error> {
    let (start, asked) = TriggerRequest::of(request)?.prepare(runs).await?;
    let started = runs.start(start).await.map_err(|error| asked.failed(error))?;
    Ok(asked.answer(&started))
}

async fn again(runs: &Runs, caller: &Caller, request: &AgainRequest<'_>) -> Result<Answer, Error> {
    let wish = request.wish()?;
    let original = runs.original(caller, &request.run()).await?;
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
