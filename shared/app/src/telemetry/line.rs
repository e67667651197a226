//! The one line that tells of an event.

use super::{
    event::{Head, Kind, Outcome},
    notes::Facts,
};

/// Writes it. The names of its fields are OpenTelemetry's where there are any.
pub(super) fn write(head: &Head, facts: &Facts, outcome: Outcome) {
    let (method, route, message) = match &head.kind {
        Kind::Request { method, route } => (Some(*method), Some(route.as_str()), None),
        Kind::Message { id } | Kind::DeadLetter { id } => (None, None, Some(id.as_str())),
    };
    let (ended, run_ms) = facts.ended.unzip();
    let (error, cause) = match &facts.error {
        Some(failure) => (Some(&*failure.message), failure.cause.as_deref()),
        None => (None, None),
    };
    // The level is part of what is compiled in, so there is one statement for each.
    macro_rules! write {
        ($level:ident) => {
            tracing::$level!(
                faas.name = head.function,
                faas.invocation_id = head.invocation.as_deref(),
                faas.coldstart = head.is_cold,
                event.kind = head.kind.word(),
                http.request.method = method,
                http.route = route,
                http.response.status_code = outcome.status(),
                messaging.message.id = message,
                messaging.outcome = outcome.word(),
                workspace.id = facts.workspace.as_deref(),
                trigger.id = facts.trigger.as_deref(),
                run.id = facts.run.as_deref(),
                run.status = ended,
                run.duration_ms = run_ms,
                webhook.outcome = facts.webhook,
                start.refused = facts.refused,
                trace_id = facts.context.map(|context| context.trace_id()),
                duration_ms = head.watch.elapsed_ms(),
                error,
                error.cause = cause,
                "{}",
                Sentence(head, outcome),
            )
        };
    }
    if facts.error.is_some() || outcome.is_ours_to_mend() { write!(error) } else { write!(info) }
}

struct Sentence<'a>(&'a Head, Outcome);

impl std::fmt::Display for Sentence<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(head, outcome) = self;
        let what = match &head.kind {
            Kind::Request { .. } => "a request",
            Kind::Message { .. } => "a message",
            Kind::DeadLetter { .. } => "a dead letter",
        };
        match outcome {
            Outcome::Answered(status) => write!(formatter, "Answered {what} with {status}"),
            Outcome::Done => write!(formatter, "Handled {what}"),
            Outcome::Again => write!(formatter, "Could not handle {what} now; it comes back"),
            Outcome::GivenUp => write!(formatter, "The handling of {what} did not end"),
        }
    }
}
