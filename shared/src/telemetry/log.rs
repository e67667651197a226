//! Log lines: one JSON object each, on standard error.

use tracing_subscriber::{EnvFilter, fmt};

/// Sends log lines to standard error from now on. `filter` is a level or a list of
/// `target=level`; what cannot be read counts as `info`. The first call decides; later ones do nothing.
pub fn init(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_writer(std::io::stderr)
        // It would tell of a line that cannot be written by `eprintln!`, which panics then.
        .log_internal_errors(false)
        .with_env_filter(filter);
    // An error here means that a subscriber is set already.
    let _ = lines.try_init();
}
