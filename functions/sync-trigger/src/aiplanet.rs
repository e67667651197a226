//! A start in the AI Planet dialect that is answered with what happens.

use lambda_http::Request;
use shared::{
    http::{
        aiplanet::{Answer, Error, TriggerRequest},
        events::{Events, Reply},
        is_preflight,
    },
    runs::Runs,
};

pub(crate) async fn stream(runs: &Runs, request: &Request) -> Result<Reply<Answer>, Error> {
    if is_preflight(request) {
        return Ok(Reply::Whole(Answer::Preflight));
    }
    let (start, asked) = TriggerRequest::of(request)?.prepare(runs).await?;
    let started = runs.start_and_follow(start).await.map_err(|error| asked.failed(error))?;
    Ok(Reply::Events(Events::of_start(started)))
}
