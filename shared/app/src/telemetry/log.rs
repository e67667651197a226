//! Log lines: one JSON object each, on standard error.

use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, LevelFilter, filter_fn},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

/// The crates whose lines may be finer than warnings: those that are written so that no key, header,
/// body or user variable reaches a log. HTTP and SDK crates print whole requests at `debug` and
/// `trace`, so a crate that is not named here stays quiet, whatever filter the operator sets.
const DISCREET: [&str; 3] = ["shared", "shared_core", "local"];

/// Sends log lines to standard error from now on. `filter` is a level or a list of
/// `target=level`; what cannot be read counts as `info`. Crates of others tell warnings and errors
/// at most. The first call decides; later ones do nothing.
pub fn init(filter: &str) {
    // An error here means that a subscriber is set already.
    let _ = subscriber(filter, std::io::stderr).try_init();
}

/// What [`init`] sets, with the lines going to `writer`.
pub fn subscriber<W>(filter: &str, writer: W) -> impl tracing::Subscriber + Send + Sync + 'static
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let wanted = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let allowed = filter_fn(|metadata| is_allowed(metadata.target(), *metadata.level()));
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_writer(writer)
        // It would tell of a line that cannot be written by `eprintln!`, which panics then.
        .log_internal_errors(false)
        .with_filter(wanted.and(allowed));
    registry().with(lines)
}

/// Whether a line of this target and level may be written at all.
fn is_allowed(target: &str, level: tracing::Level) -> bool {
    let name = target.split("::").next().unwrap_or_default();
    DISCREET.contains(&name) || level <= LevelFilter::WARN
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn crates_of_others_tell_warnings_at_most() {
        for (target, level, allowed) in [
            ("shared::runs::start", Level::TRACE, true),
            ("local", Level::DEBUG, true),
            ("hyper_util::client", Level::DEBUG, false),
            ("aws_smithy_runtime::client", Level::INFO, false),
            ("shared_memory", Level::INFO, false),
            ("rustls", Level::WARN, true),
            ("aws_sdk_sqs", Level::ERROR, true),
        ] {
            assert_eq!(is_allowed(target, level), allowed, "{target} {level}");
        }
    }
}
