//! A whole run: the flow's input, its tasks, its output.

use std::sync::Arc;

use serde_json::Value;

use super::{
    deadline::Deadline,
    fault::Fault,
    machine::Machine,
    place::Place,
    scope::View,
    step::{Frame, Outcome},
    validate::check,
};
use crate::{
    flow::{Host, Plan},
    model::{RunError, RunId, ThreadContext, Timestamp},
};

/// What a flow may know about its run.
#[derive(Clone, Copy)]
pub struct RunFacts<'a> {
    /// Its id.
    pub id: RunId,
    /// Its input, as it came.
    pub input: &'a Value,
    /// When it was accepted.
    pub started_at: Timestamp,
    /// Whose it is.
    pub workspace: &'a str,
    /// What started it.
    pub trigger: &'a str,
    /// Where.
    pub environment: &'a str,
    /// The thread it belongs to. A flow that does not use it may do without.
    pub thread: Option<ThreadFacts<'a>>,
}

/// What a flow may know about its run's thread.
#[derive(Clone, Copy)]
pub struct ThreadFacts<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it held when the run began.
    pub context: &'a ThreadContext,
}

/// Runs `plan` from its start. With a host that remembers what it answered, a second call goes the
/// way of the first up to the last remembered effect, and on from there.
///
/// The inner result is the end of the run: the flow's output, or the error that nothing caught.
///
/// # Errors
/// The host's own reason to stop. The run has not ended; it may go on elsewhere.
pub async fn run<H: Host>(
    plan: &Plan,
    host: &H,
    facts: RunFacts<'_>,
) -> Result<Result<Value, RunError>, H::Stop> {
    let machine = Machine::new(plan, host, facts);
    match whole(&machine).await {
        Ok(output) => Ok(Ok(output)),
        Err(Fault::Raised(raised)) => Ok(Err(raised.error)),
        Err(Fault::Stop(stop)) => Err(stop),
    }
}

async fn whole<H: Host>(machine: &Machine<'_, H>) -> Result<Value, Fault<H::Stop>> {
    let plan = machine.plan;
    let raw = machine.facts.input;
    check(plan.input_schema.as_ref(), raw, "/input/schema")?;
    let input = match &plan.input_from {
        Some(template) => machine.render(template, raw, &View::of_flow("/input/from"))?,
        None => raw.clone(),
    };
    let input = Arc::new(input);
    machine.export(Arc::clone(&input));

    let deadline = match &plan.timeout {
        Some(timeout) => {
            let after = machine.duration(timeout, &input, &View::of_flow("/timeout"))?;
            let start = machine.host.reached_at("/timeout");
            Some(Deadline::nearer(None, start, after, "/timeout"))
        }
        None => None,
    };
    let top = Place::top();
    let frame = Frame { place: &top, bindings: None, deadline };
    let (Outcome::Done(output, _) | Outcome::FlowEnded(output)) =
        machine.list(&plan.tasks, frame, Arc::clone(&input)).await?;

    let output = if let Some(template) = &plan.output_as {
        let view = View { input: Some(&input), ..View::of_flow("/output/as") };
        machine.render(template, &output, &view)?
    } else {
        drop(input);
        Arc::unwrap_or_clone(output)
    };
    check(plan.output_schema.as_ref(), &output, "/output/schema")?;
    Ok(output)
}
