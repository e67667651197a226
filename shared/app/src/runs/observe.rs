//! What is told of runs to operators.

use super::{Error, Runs, execute::Executed, fire::run_of};
use crate::{
    model::{Run, Status},
    queue::{Content, Delivery, Incoming},
    store::Claim,
    telemetry::{Beginning, Context, Event, Execution, Kind, Metric, Outcome},
};

impl Runs {
    /// The event is about this run, of which its caller may know.
    pub(super) fn note_run(&self, run: &Run) {
        self.notes.workspace(run.workspace.as_str());
        self.notes.trigger(run.trigger.as_str());
        self.notes.run(run.id);
    }

    /// A run is stored and promised.
    pub(super) fn note_started(&self) {
        self.notes.count(Metric::RunsStarted);
    }

    /// The event could not be handled as it should.
    pub(super) fn note_failed(&self, error: &Error) {
        self.notes.failed(error);
    }

    /// An end is stored.
    pub(super) fn note_end(&self, run: &Run) {
        let took = run.ended_at.unwrap_or_default().since(run.begins_at());
        self.notes.ended(run.status.as_str(), took);
        match run.status {
            Status::Completed => self.notes.count(Metric::RunsCompleted),
            Status::Failed => self.notes.count(Metric::RunsFailed),
            Status::Cancelled => self.notes.count(Metric::RunsCancelled),
            Status::TimedOut => self.notes.count(Metric::RunsTimedOut),
            Status::Queued | Status::Running | Status::Waiting => {}
        }
    }

    /// The event is about the run that was found.
    pub(super) fn note_claim(&self, claim: &Claim) {
        match claim {
            Claim::Taken(claimed) => self.note_run(&claimed.run),
            Claim::Unreadable(unreadable) => self.note_run(&unreadable.run),
            Claim::Held { run, .. }
            | Claim::Asleep { run, .. }
            | Claim::Gated(run)
            | Claim::Ended(run) => self.note_run(run),
            Claim::Missing => {}
        }
    }

    /// Begins the event that a message is.
    pub(super) fn begin_event(
        &self,
        function: &'static str,
        kind: Kind,
        incoming: &Incoming,
    ) -> Event {
        let context = incoming.message.as_ref().ok().map(|content| match content {
            Content::Run(message) => {
                Context::of(message.traceparent.as_deref(), &message.run.to_string())
            }
            Content::Tell(notice) => {
                Context::of(notice.traceparent.as_deref(), &notice.run.to_string())
            }
            // Nobody called: the trace is that of the run to come.
            Content::Fire(firing) => Context::of_run(&run_of(firing).to_string()),
        });
        let now_ms = self.now().as_millis();
        self.telemetry.begin(Beginning { function, kind, now_ms, context, invocation: None })
    }

    pub(super) fn begin_execution(&self, run: &Run) -> Execution {
        let context = Context::of(run.traceparent.as_deref(), &run.id.to_string());
        self.notes.execution(run.id, context, || {
            vec![
                ("workspace.id", run.workspace.as_str().into()),
                ("trigger.id", run.trigger.as_str().into()),
                ("flow.name", run.flow.name.as_str().into()),
                ("flow.version", run.flow.version.as_str().into()),
                ("run.epoch", run.epoch.into()),
            ]
        })
    }
}

/// How an execution left its run, in a word.
pub(super) fn outcome(executed: &Result<Executed, Error>) -> &'static str {
    match executed {
        Ok(Executed::Ended(view)) => view.run.status.as_str(),
        Ok(Executed::GoesOn(view)) if view.run.status == Status::Waiting => "waiting",
        Ok(Executed::GoesOn(_)) => "handed_over",
        Ok(Executed::Lost) => "lost",
        Err(_) => "broken_off",
    }
}

pub(super) const fn delivery_outcome(delivery: Delivery) -> Outcome {
    match delivery {
        Delivery::Done => Outcome::Done,
        Delivery::Again => Outcome::Again,
    }
}
