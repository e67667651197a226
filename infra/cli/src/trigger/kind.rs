//! The kinds of triggers, as the command line calls them.

use clap::ValueEnum;

/// What starts a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Callers
    Api,
    /// A schedule, and callers
    Schedule,
    /// Another service by a URL of its own, and callers
    Webhook,
}
