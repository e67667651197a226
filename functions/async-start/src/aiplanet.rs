//! Starts in the AI Planet dialect: of a trigger that the body names, of many, and of a run once more.

use lambda_http::Request;
use shared::{
    http::{
        aiplanet::{
            AgainRequest, Answer, Batch, BatchItem, BatchRequest, Error, FoundItem, TriggerRequest,
            Wish, token,
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
            Ok(item) => find(runs, caller, item).await,
            Err(error) => Err(error),
        };
        batch.add(item);
    }
    let started = runs.start_batch(batch.starts()).await;
    Ok(batch.answer(started))
}

async fn find(runs: &Runs, caller: &Caller, item: BatchItem) -> Result<FoundItem, Error> {
    let id = &item.body.workflow_configuration_id;
    let (trigger, environment) = runs.furthest_trigger(caller, id).await?;
    let declared = runs.declared_inputs(&trigger, environment).await?;
    Ok(FoundItem { item, trigger, environment, declared })
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
            let input = edited.map(|edited| edited.for_flow(&declared)).transpose()?;
            let idempotency = request.idempotency(&original, input.as_ref())?;
            runs.replay(&original, input, idempotency).await
        }
    };
    let started = started.map_err(|error| asked.failed(error))?;
    Ok(asked.answer(&started))
}
