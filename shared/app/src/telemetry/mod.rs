//! What an operator sees of a process: a log line, metrics and spans of every event that it handles,
//! and the trace context that ties them together. Knows nobody, and nothing of what runs are.

mod event;
mod execution;
mod export;
mod line;
mod log;
mod metric;
mod notes;
mod reporter;
mod span;
mod trace;
mod watch;

pub use event::{Beginning, Event, Kind, Outcome};
pub use execution::{Call, Execution, known_method};
pub use export::{Endpoint, NotHttp};
pub use log::{init, subscriber};
pub use metric::{Metric, Metrics, UnknownMetrics};
pub use notes::Notes;
pub use reporter::{Settings, Telemetry};
pub use trace::Context;
