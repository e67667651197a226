//! Takes what comes in by a trigger's own URL: holds it against its provider's signature, answers handshakes, hands answers on to runs that wait for them,
//! and starts one run for each event, which is stored and queued before the provider is answered.

use lambda_http::{Body, Request, Response};
use shared::{
    http::{
        is_preflight,
        pinkfish::{self, Answer, TriggerRequest},
        received, with_limits,
    },
    model::limits,
    runs::{Received, Runs},
};

/// Answers one request.
pub async fn handle(runs: &Runs, request: Request) -> Response<Body> {
    let event = received(runs, env!("CARGO_PKG_NAME"), &request);
    let runs = runs.observed(&event).waiting_at_most(limits::PINKFISH_WAIT);
    let result = Box::pin(ingest(&runs, &request)).await;
    with_limits(&runs, pinkfish::reply(&request, event, result).await)
}

async fn ingest(runs: &Runs, request: &Request) -> Result<Answer, pinkfish::Error> {
    if is_preflight(request) {
        return Ok(Answer::Preflight);
    }
    let request = TriggerRequest::of(request)?;
    let incoming = request.incoming()?;
    let door = runs.open(&request.path_key(), &request.trigger).await?;
    let (start, prescribed) = match runs.receive(&door, &incoming).await? {
        Received::Handshake(answer) => return Ok(Answer::NotStarted(Some(answer))),
        Received::Input(prescribed) => return Ok(Answer::NotStarted(prescribed)),
        Received::Event(start, prescribed) => (*start, prescribed),
        Received::Unsigned => {
            let inputs = request.inputs(&door.trigger.workspace, runs.now())?;
            let fields = inputs.fields();
            let typed = runs.input_of_fields(&door.trigger, door.environment, fields).await?;
            // Files come by the API trigger only.
            let (start, _) = request.start((door.trigger, door.environment), inputs, typed)?;
            (start, None)
        }
    };
    let waits = request.waits()?;
    let Some(start) = runs.admit(start)? else { return Ok(Answer::NotStarted(prescribed)) };
    if waits {
        let (report, replayed) = runs.start_and_report(start).await?;
        return Ok(Answer::of_report(report, replayed));
    }
    let automation = start.trigger.flow.clone();
    let started = runs.start(start).await?;
    Ok(Answer::of_event(automation, &started, prescribed))
}
