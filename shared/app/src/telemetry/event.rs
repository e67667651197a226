//! One handled event, from its arrival to the one line that tells of it.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Metric, Telemetry, line,
    notes::{Facts, Notes},
    span::{Side, Span},
    trace::{Context, new_span_id},
    watch::Watch,
};

/// What is known of an event when it arrives.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The function that handles it.
    pub function: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The time, in milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// The trace that it belongs to, where it says so.
    pub context: Option<Context>,
    /// The AWS request id, where the event itself has it.
    pub invocation: Option<String>,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An HTTP request.
    Request {
        /// Its method, where it is one that HTTP defines.
        method: &'static str,
        /// The gateway's resource: the path with names in place of what callers fill in.
        route: String,
    },
    /// A record of the runs queue.
    Message {
        /// The queue's id of it.
        id: String,
    },
    /// A record of the dead letters.
    DeadLetter {
        /// The queue's id of it.
        id: String,
    },
}

/// How an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With an answer of this status code.
    Answered(u16),
    /// The message is done with.
    Done,
    /// The message comes back.
    Again,
    /// Not at all: its handling panicked, or was dropped.
    GivenUp,
}

impl Kind {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Request { .. } => "request",
            Self::Message { .. } => "message",
            Self::DeadLetter { .. } => "dead_letter",
        }
    }

    /// A span's name (OpenTelemetry semantic conventions for HTTP and messaging).
    fn span_name(&self) -> String {
        match self {
            Self::Request { method, route } => format!("{method} {route}"),
            Self::Message { .. } => "process runs".to_owned(),
            Self::DeadLetter { .. } => "process dead-letters".to_owned(),
        }
    }

    const fn side(&self) -> Side {
        match self {
            Self::Request { .. } => Side::Server,
            Self::Message { .. } | Self::DeadLetter { .. } => Side::Consumer,
        }
    }
}

impl Outcome {
    /// What became of a message.
    pub(super) const fn word(self) -> Option<&'static str> {
        match self {
            Self::Answered(_) => None,
            Self::Done => Some("done"),
            Self::Again => Some("again"),
            Self::GivenUp => Some("given_up"),
        }
    }

    pub(super) const fn status(self) -> Option<u16> {
        match self {
            Self::Answered(status) => Some(status),
            _ => None,
        }
    }

    pub(super) const fn is_ours_to_mend(self) -> bool {
        matches!(self, Self::Answered(500..) | Self::GivenUp)
    }
}

/// An event that is being handled. It is told when it ends, or when it is dropped.
pub struct Event {
    telemetry: Telemetry,
    head: Head,
    notes: Notes,
    is_told: bool,
}

/// What of an event does not change.
pub(super) struct Head {
    pub(super) function: &'static str,
    pub(super) kind: Kind,
    pub(super) invocation: Option<String>,
    pub(super) is_cold: bool,
    pub(super) watch: Watch,
}

impl Event {
    pub(super) fn begin(telemetry: Telemetry, beginning: Beginning, is_cold: bool) -> Self {
        let Beginning { function, kind, now_ms, context, invocation } = beginning;
        let watch = Watch::start(now_ms);
        // Without a collector nobody would ever see a span.
        let span = telemetry.exporter().and_then(|_| new_span_id());
        let context = context.or_else(|| span.and_then(|_| Context::begin()));
        let follows_run = !matches!(kind, Kind::Request { .. });
        let notes = Notes::begin(watch, span, context, follows_run);
        if is_cold {
            notes.count(Metric::ColdStarts);
        }
        let invocation = invocation.or_else(|| telemetry.invocation().map(str::to_owned));
        let head = Head { function, kind, invocation, is_cold, watch };
        Self { telemetry, head, notes, is_told: false }
    }

    /// Where what is found out about the event is noted.
    #[must_use]
    pub fn notes(&self) -> Notes {
        self.notes.clone()
    }

    /// Tells of the event. When this returns its spans are sent or lost, at most two seconds later.
    pub async fn end(mut self, outcome: Outcome) {
        self.tell(outcome);
        self.telemetry.flush().await;
    }

    fn tell(&mut self, outcome: Outcome) {
        self.is_told = true;
        let mut facts = self.notes.take();
        line::write(&self.head, &facts, outcome);
        if !facts.values.is_empty() {
            let trigger = facts.trigger.as_deref();
            self.telemetry.measured(trigger, self.head.watch.now_ms(), &facts.values);
        }
        if let Some(exporter) = self.telemetry.exporter() {
            let mut spans = std::mem::take(&mut facts.spans);
            spans.extend(self.span(&facts, outcome));
            exporter.keep(spans);
        }
    }

    fn span(&self, facts: &Facts, outcome: Outcome) -> Option<Span> {
        let context = facts.context.filter(|context| context.is_sampled())?;
        let Head { kind, watch, .. } = &self.head;
        Some(Span {
            context,
            id: self.notes.span()?,
            name: kind.span_name(),
            side: kind.side(),
            began_ns: watch.began_ns(),
            ended_ns: watch.now_ns(),
            attributes: self.attributes(facts, outcome),
            failed: facts.error.is_some() || outcome.is_ours_to_mend(),
        })
    }

    fn attributes(&self, facts: &Facts, outcome: Outcome) -> Vec<(&'static str, Value)> {
        let Head { function, kind, invocation, is_cold, .. } = &self.head;
        let text = |text: &Option<Arc<str>>| text.as_deref().map(Value::from);
        let (method, route, message) = match kind {
            Kind::Request { method, route } => (Some(*method), Some(route.as_str()), None),
            Kind::Message { id } | Kind::DeadLetter { id } => (None, None, Some(id.as_str())),
        };
        [
            ("faas.name", Some((*function).into())),
            ("faas.invocation_id", invocation.as_deref().map(Value::from)),
            ("faas.coldstart", Some((*is_cold).into())),
            ("http.request.method", method.map(Value::from)),
            ("http.route", route.map(Value::from)),
            ("http.response.status_code", outcome.status().map(Value::from)),
            ("messaging.system", message.map(|_| "aws_sqs".into())),
            ("messaging.message.id", message.map(Value::from)),
            ("messaging.outcome", outcome.word().map(Value::from)),
            ("workspace.id", text(&facts.workspace)),
            ("trigger.id", text(&facts.trigger)),
            ("run.id", text(&facts.run)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        if !self.is_told {
            self.tell(Outcome::GivenUp);
        }
    }
}
