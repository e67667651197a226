//! What is found out about an event while it is handled.

use std::{
    error::Error,
    fmt::Display,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;

use super::{
    Metric,
    execution::Execution,
    span::Span,
    trace::Context,
    watch::{Watch, milliseconds},
};

/// Notes about one event; by default about none, and then nothing is kept. Clones share them.
#[derive(Clone, Default)]
pub struct Notes(Option<Arc<Inner>>);

pub(super) struct Inner {
    watch: Watch,
    /// The event's own span, where spans are exported.
    span: Option<u64>,
    /// The event is about a run, and belongs to its trace.
    follows_run: bool,
    facts: Mutex<Facts>,
}

/// What was noted.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) context: Option<Context>,
    pub(super) workspace: Option<Arc<str>>,
    pub(super) trigger: Option<Arc<str>>,
    pub(super) run: Option<Arc<str>>,
    /// How the run ended that ended here, and how long it took, in milliseconds.
    pub(super) ended: Option<(&'static str, u64)>,
    /// What became of a webhook's request that started no run.
    pub(super) webhook: Option<&'static str>,
    /// The limit that a start was refused by, in a word.
    pub(super) refused: Option<&'static str>,
    pub(super) error: Option<Failure>,
    pub(super) values: Vec<(Metric, u64)>,
    pub(super) spans: Vec<Span>,
}

/// An error in words for operators.
pub(super) struct Failure {
    pub(super) message: String,
    /// With its own causes behind it.
    pub(super) cause: Option<String>,
}

impl Notes {
    pub(super) fn begin(
        watch: Watch,
        span: Option<u64>,
        context: Option<Context>,
        follows_run: bool,
    ) -> Self {
        let facts = Mutex::new(Facts { context, ..Facts::default() });
        Self(Some(Arc::new(Inner { watch, span, follows_run, facts })))
    }

    /// It is about this workspace. The id must be one that exists, not what a caller claims.
    pub fn workspace(&self, id: &str) {
        self.note(|facts| facts.workspace = Some(id.into()));
    }

    /// It is about this trigger, which exists.
    pub fn trigger(&self, id: &str) {
        self.note(|facts| facts.trigger = Some(id.into()));
    }

    /// It is about this run.
    pub fn run(&self, id: impl Display) {
        self.note(|facts| facts.run = Some(id.to_string().into()));
    }

    /// Why a webhook's request started no run, in a word.
    pub fn webhook(&self, outcome: &'static str) {
        self.note(|facts| facts.webhook = Some(outcome));
    }

    /// Which kind of limit refused a start, in a word.
    pub fn refused(&self, limit: &'static str) {
        self.note(|facts| facts.refused = Some(limit));
    }

    /// The run ended as `status` says, this long after its start.
    pub fn ended(&self, status: &'static str, took: Duration) {
        self.note(|facts| facts.ended = Some((status, milliseconds(took))));
    }

    /// It could not be handled as it should, for this error and what that came of. The words of both must name
    /// nothing of a user.
    pub fn failed(&self, error: &dyn Error) {
        self.note_failure(error, error.source());
    }

    /// It could not be handled as it should, and no more is told of it than these words, which must name nothing
    /// of a user.
    pub fn failed_saying(&self, words: impl Display) {
        self.note_failure(words, None);
    }

    fn note_failure(&self, error: impl Display, cause: Option<&(dyn Error + 'static)>) {
        self.note(|facts| {
            let causes = std::iter::successors(cause, |cause| (*cause).source());
            let causes: Vec<_> = causes.map(ToString::to_string).collect();
            let cause = (!causes.is_empty()).then(|| causes.join(": "));
            facts.error = Some(Failure { message: error.to_string(), cause });
        });
    }

    /// It belongs to this trace, unless it is known to belong to another.
    pub fn follow(&self, context: Context) {
        self.note(|facts| {
            facts.context.get_or_insert(context);
        });
    }

    /// One more.
    pub fn count(&self, metric: Metric) {
        self.note(|facts| facts.values.push((metric, 1)));
    }

    /// This long.
    pub fn measure(&self, metric: Metric, duration: Duration) {
        self.note(|facts| facts.values.push((metric, milliseconds(duration))));
    }

    /// The trace context for what this event brings about: of its own span where spans are
    /// exported, else of the caller's.
    #[must_use]
    pub fn traceparent(&self) -> Option<String> {
        let inner = self.0.as_ref()?;
        let context = inner.facts().context?;
        Some(match inner.span {
            Some(span) if context.is_sampled() => context.traceparent(span),
            _ => context.to_string(),
        })
    }

    /// Begins to watch a run's execution. `context` is the run's; `attributes` are asked for where
    /// spans are exported, and must name nothing of a user.
    #[must_use]
    pub fn execution(
        &self,
        run: impl Display,
        context: Context,
        attributes: impl FnOnce() -> Vec<(&'static str, Value)>,
    ) -> Execution {
        let mut execution = Execution::new(self.clone(), run.to_string(), context);
        let Some(inner) = &self.0 else { return execution };
        let mut facts = inner.facts();
        if inner.follows_run {
            facts.context = Some(context);
        }
        let is_within = facts.context.is_some_and(|event| event.trace == context.trace);
        drop(facts);
        if let (Some(event), true) = (inner.span, context.is_sampled()) {
            let parent = if is_within { Some(event) } else { context.parent };
            execution.record(parent, inner.watch, attributes());
        }
        execution
    }

    pub(super) fn span(&self) -> Option<u64> {
        self.0.as_ref()?.span
    }

    pub(super) fn add(&self, span: Span) {
        self.note(|facts| facts.spans.push(span));
    }

    /// Hands everything over.
    pub(super) fn take(&self) -> Facts {
        self.0.as_ref().map(|inner| std::mem::take(&mut *inner.facts())).unwrap_or_default()
    }

    fn note(&self, write: impl FnOnce(&mut Facts)) {
        if let Some(inner) = &self.0 {
            write(&mut inner.facts());
        }
    }
}

impl Inner {
    fn facts(&self) -> MutexGuard<'_, Facts> {
        // No code panics while it holds the lock; the data would be sound even so.
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
