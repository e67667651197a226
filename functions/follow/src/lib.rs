//! Follows a run from its journal, whoever executes it: what happened, and what happens, as server-sent events.

use lambda_http::{Request, Response};
use shared::{
    http::{
        aiplanet::{Answer, Error, RunsRequest, reply_with_events, token},
        events::{Events, Reply, StreamedBody},
        is_preflight, received,
    },
    runs::Runs,
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<StreamedBody> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
    let result = follow(&runs.observed(&event), &request).await;
    reply_with_events(&request, event, result).await
}

async fn follow(runs: &Runs, request: &Request) -> Result<Reply<Answer>, Error> {
    if is_preflight(request) {
        return Ok(Reply::Whole(Answer::Preflight));
    }
    let wanted = RunsRequest::of(request)?;
    let caller = runs.authenticate_by_key(token(request)?).await?;
    let seen = wanted.last_event_id()?;
    Ok(match runs.follow(&caller, &wanted.run(), seen).await? {
        Some(follower) => Reply::Events(Events::of_start((follower, false))),
        None => Reply::Whole(Answer::NothingFollows),
    })
}
