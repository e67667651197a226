//! One execution of a run, and the calls that its flow makes.

use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::{
    Metric, Notes,
    span::{Side, Span},
    trace::{Context, new_span_id, span_id},
    watch::Watch,
};

/// An execution that is under way. One that is dropped before its end leaves no span.
pub struct Execution {
    notes: Notes,
    run: String,
    context: Context,
    /// Where spans are exported.
    recording: Option<Recording>,
}

/// A span that has begun.
struct Recording {
    id: u64,
    parent: Option<u64>,
    watch: Watch,
    began_ns: u64,
    attributes: Vec<(&'static str, Value)>,
}

/// A call that is under way. One that is dropped before its end leaves nothing: the same call is
/// made again elsewhere, under the same span.
pub struct Call<'a> {
    execution: &'a Execution,
    id: u64,
    method: &'static str,
    began: Instant,
    recording: Option<Recording>,
}

impl Execution {
    pub(super) const fn new(notes: Notes, run: String, context: Context) -> Self {
        Self { notes, run, context, recording: None }
    }

    pub(super) fn record(
        &mut self,
        parent: Option<u64>,
        watch: Watch,
        attributes: Vec<(&'static str, Value)>,
    ) {
        self.recording = new_span_id().map(|id| {
            let began_ns = watch.now_ns();
            Recording { id, parent, watch, began_ns, attributes }
        });
    }

    /// Begins a call, which `key` names within the run. Of the URL only the server is kept: path
    /// and query may hold secrets.
    #[must_use]
    pub fn call(&self, key: &str, method: &str, url: &str) -> Call<'_> {
        let (id, method) = (span_id(&self.run, key), known_method(method));
        let recording = self.recording.as_ref().map(|execution| Recording {
            id,
            parent: Some(execution.id),
            watch: execution.watch,
            began_ns: execution.watch.now_ns(),
            attributes: describe(key, method, url),
        });
        Call { execution: self, id, method, began: Instant::now(), recording }
    }

    /// Ends the execution; `outcome` says in a word how it left the run.
    pub fn end(self, outcome: &'static str) {
        let Some(mut recording) = self.recording else { return };
        recording.attributes.push(("run.id", self.run.into()));
        recording.attributes.push(("run.outcome", outcome.into()));
        let failed = outcome == "failed";
        let span = recording.end(self.context, "execute run", Side::Internal, failed);
        self.notes.add(span);
    }
}

impl Recording {
    fn end(self, context: Context, name: &str, side: Side, failed: bool) -> Span {
        Span {
            context: context.under(self.parent),
            id: self.id,
            name: name.to_owned(),
            side,
            began_ns: self.began_ns,
            ended_ns: self.watch.now_ns(),
            attributes: self.attributes,
            failed,
        }
    }
}

impl Call<'_> {
    /// The `traceparent` that it is to be sent with.
    #[must_use]
    pub fn traceparent(&self) -> String {
        self.execution.context.traceparent(self.id)
    }

    /// It was answered with this status code.
    pub fn answered(self, status: u16) {
        self.end("http.response.status_code", status.into(), status >= 400);
    }

    /// It got no answer; `kind` says in a word why.
    pub fn failed(self, kind: &'static str) {
        self.end("error.type", kind.into(), true);
    }

    fn end(self, name: &'static str, value: Value, failed: bool) {
        let Execution { notes, context, .. } = self.execution;
        notes.measure(Metric::StepDuration, self.began.elapsed());
        if let Some(mut recording) = self.recording {
            recording.attributes.push((name, value));
            notes.add(recording.end(*context, self.method, Side::Client, failed));
        }
    }
}

fn describe(key: &str, method: &'static str, url: &str) -> Vec<(&'static str, Value)> {
    let mut attributes = vec![("flow.task", key.into()), ("http.request.method", method.into())];
    if let Ok(url) = Url::parse(url) {
        let port = url.port_or_known_default();
        attributes.push(("url.scheme", url.scheme().into()));
        attributes.extend(url.host_str().map(|host| ("server.address", host.into())));
        attributes.extend(port.map(|port| ("server.port", port.into())));
    }
    attributes
}

/// A method that HTTP defines as it is, any other one as `_OTHER`: a flow may compute it of its
/// input (OpenTelemetry semantic conventions, `http.request.method`).
#[must_use]
pub fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 9] =
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("_OTHER")
}
