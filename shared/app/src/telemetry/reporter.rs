//! Where lines, metrics and spans of a process go.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;

use super::{
    Metrics,
    event::{Beginning, Event},
    export::{Endpoint, Exporter},
    metric::{self, Metric},
};

/// What an operator may choose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The deployment's name, in metrics and spans.
    pub service: String,
    /// How finely metrics are told.
    pub metrics: Metrics,
    /// Where spans are sent; none are made where that is nowhere.
    pub spans: Endpoint,
    /// Whether the process was started for its first event, which waits for it.
    pub starts_cold: bool,
}

/// Tells of events. Cloning shares everything.
#[derive(Clone)]
pub struct Telemetry {
    shared: Arc<Shared>,
    invocation: Option<Arc<str>>,
}

struct Shared {
    service: String,
    metrics: Metrics,
    exporter: Option<Exporter>,
    is_cold: AtomicBool,
}

impl Default for Settings {
    /// Log lines only.
    fn default() -> Self {
        Self {
            service: "trigger-api".to_owned(),
            metrics: Metrics::Off,
            spans: Endpoint::default(),
            starts_cold: true,
        }
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Telemetry {
    /// Opens no connection yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let exporter = settings.spans.url().and_then(|endpoint| {
            let exporter = Exporter::new(endpoint);
            if let Err(error) = &exporter {
                tracing::error!(error = %error, "No spans are sent: TLS cannot be set up");
            }
            exporter.ok()
        });
        let shared = Shared {
            service: settings.service,
            metrics: settings.metrics,
            exporter,
            is_cold: AtomicBool::new(settings.starts_cold),
        };
        Self { shared: Arc::new(shared), invocation: None }
    }

    /// The same, for the events of the invocation with this AWS request id.
    #[must_use]
    pub fn of_invocation(&self, request_id: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), invocation: Some(request_id.into()) }
    }

    /// Begins to watch an event. Whoever handles it ends it.
    #[must_use]
    pub fn begin(&self, beginning: Beginning) -> Event {
        let is_cold = self.shared.is_cold.swap(false, Ordering::Relaxed);
        Event::begin(self.clone(), beginning, is_cold)
    }

    pub(super) fn invocation(&self) -> Option<&str> {
        self.invocation.as_deref()
    }

    pub(super) fn exporter(&self) -> Option<&Exporter> {
        self.shared.exporter.as_ref()
    }

    /// Sends what was kept, within two seconds.
    pub(super) async fn flush(&self) {
        if let Some(exporter) = &self.shared.exporter {
            exporter.flush(&self.shared.service).await;
        }
    }

    /// Tells the values of one event.
    pub(super) fn measured(&self, trigger: Option<&str>, at_ms: u64, values: &[(Metric, u64)]) {
        let Shared { service, metrics, .. } = &*self.shared;
        match metrics {
            // Nobody reads them: not even put together.
            Metrics::Off if !tracing::enabled!(tracing::Level::DEBUG) => {}
            Metrics::Off => {
                for document in metric::documents(service, trigger, at_ms, values) {
                    tracing::debug!(metrics = %document, "Measured");
                }
            }
            Metrics::Service => print(&metric::documents(service, None, at_ms, values)),
            Metrics::Trigger => print(&metric::documents(service, trigger, at_ms, values)),
        }
    }
}

fn print(documents: &[Value]) {
    // A process whose output is closed goes on.
    let _ = std::io::stdout().lock().write_all(lines(documents).as_bytes());
}

/// One line each, in one piece: what runs at the same time must not get in between.
fn lines(documents: &[Value]) -> String {
    documents.iter().flat_map(|document| [document.to_string(), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::telemetry::Kind;

    #[test]
    fn every_document_is_a_line_of_its_own() {
        assert_eq!(lines(&[json!({"a": "b\n"}), json!({})]), "{\"a\":\"b\\n\"}\n{}\n");
    }

    #[test]
    fn only_the_first_event_of_a_process_had_to_wait_for_its_start() {
        let begin = |telemetry: &Telemetry| {
            let kind = Kind::Message { id: "1".to_owned() };
            let beginning =
                Beginning { function: "worker", kind, now_ms: 0, context: None, invocation: None };
            telemetry.begin(beginning).notes().take().values
        };
        let telemetry = Telemetry::default();
        let invoked = telemetry.of_invocation("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        assert_eq!(begin(&invoked), [(Metric::ColdStarts, 1)]);
        assert_eq!((begin(&invoked), begin(&telemetry)), (vec![], vec![]));
        let provisioned = Settings { starts_cold: false, ..Settings::default() };
        assert_eq!(begin(&Telemetry::new(provisioned)), []);
    }
}
