//! A start in the AI Planet dialect that is answered with what happens.

use lambda_http::Request;
use shared::{
    http::{
        aiplanet::{Answer, Error, TriggerRequest},
        events::{Events, Reply},
    },
    runs::Runs,
};

pub(crate) async fn stream(runs: &Runs, request: &Request) -> Result<Reply<Answer>, Error> {
    let request = TriggerRequest::of(request)?;
    if request.is_preflight() {
        return Ok(Reply::Whole(Answer::Preflight));
    }
    let body = request.body();
    let id = body.as_ref().map_or("", |body| &body.workflow_configuration_id);
    let caller = runs.authenticate_to_start(request.token()?, None, id, None).await?;
    let body = body?;
    let (trigger, environment) =
        runs.furthest_trigger(&caller, &body.workflow_configuration_id).await?;
    let declared = runs.declared_inputs(&trigger, environment).await?;
    let draft = request.draft((trigger, environment), body, &declared)?;
    let attached = runs.attach(draft.attachments()).await?;
    let (start, asked) = draft.start(attached)?;
    let started = runs.start_and_follow(start).await.map_err(|error| asked.failed(error))?;
    Ok(Reply::Events(Events::of_start(started)))
}
