//! Runs in the AI Planet dialect: one, several, the end of one, and an answer to one.

use lambda_http::Request;
use shared::{
    http::{
        aiplanet::{Answer, Error, ListRequest, RunsRequest, Wanted, token},
        is_preflight,
    },
    runs::Runs,
};

pub(crate) async fn answer(runs: &Runs, request: &Request) -> Result<Answer, Error> {
    if is_preflight(request) {
        return Ok(Answer::Preflight);
    }
    let about_runs = RunsRequest::of(request)?;
    let caller = runs.authenticate_by_key(token(request)?).await?;
    Ok(match about_runs.wanted()? {
        Wanted::Run(id) => Answer::Run(Box::new(runs.status(&caller, &id).await?.into())),
        Wanted::Cancel(id) => Answer::Cancelled(runs.cancel(&caller, &id).await?.into()),
        Wanted::Answer(id, input) => {
            let (run, replayed) = runs.answer(&caller, &id, input).await?;
            Answer::Answered { run: run.into(), replayed }
        }
        Wanted::List(ListRequest { filter, cursor, limit }) => {
            Answer::List(runs.list(&caller, filter, cursor.as_deref(), limit).await?.into())
        }
    })
}
