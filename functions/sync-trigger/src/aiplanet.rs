//! A start in the AI Planet dialect that is answered with what happens.

use lambda_http::Request;
use shared::{
    http::{
        aiplanet::{Answer, Error, TriggerRequest, token},
        events::{Events, Reply},
        is_preflight,
    },
    runs::Runs,
};

pub(crate) async fn stream(runs: &Runs, request: &Request) -> Result<Reply<Answer>, Error> {
    if is_preflight(request) {
        return Ok(Reply::Whole(Answer::Preflight));
    }
    let wanted = TriggerRequest::of(request)?;
    let body = wanted.body();
    let id = body.as_ref().map_or("", |body| &body.workflow_configuration_id);
    let caller = runs.authenticate_to_start(token(request)?, None, id, None).await?;
    let body = body?;
    let (trigger, environment) =
        runs.furthest_trigger(&caller, &body.workflow_configuration_id).await?;
    let declared = runs.declared_inputs(&trigger, environment).await?;
    let (start, asked) = wanted.start((trigger, environment), body, &declared)?;
    let started = runs.start_and_follow(start).await.map_err(|error| asked.failed(error))?;
    Ok(Reply::Events(Events::of_start(started)))
}
