//! The link by which a person answers a run.

use shared::{
    http::link::{Answer, Error, LinkRequest, Wanted},
    runs::Runs,
};

pub(crate) async fn answer(runs: &Runs, request: &LinkRequest<'_>) -> Result<Answer, Error> {
    Ok(match request.wanted()? {
        Wanted::Question => Answer::Asked(runs.asked(&request.token).await?),
        Wanted::Answer(input) => {
            runs.answer_by_link(&request.token, input).await?;
            Answer::Taken
        }
    })
}
