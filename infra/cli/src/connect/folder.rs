//! Names of the local stack.

/// The data folder, unless the command line names another.
pub(crate) const DEFAULT_DATA: &str = ".trigger";

/// The workspace that the local stack creates.
pub(crate) const DEMO_WORKSPACE: &str = "demo";
