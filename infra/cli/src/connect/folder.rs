//! Names of the local stack.

/// The data folder, unless the command line names another.
pub(crate) const DEFAULT_DATA: &str = ".trigger";

/// The group of the local stack's schedules.
pub(super) const GROUP: &str = "trigger-api";

/// The role of the local stack's schedules, at which nobody looks.
pub(super) const ROLE_ARN: &str = "arn:aws:iam::000000000000:role/scheduler";

/// The workspace that the local stack creates.
pub(crate) const DEMO_WORKSPACE: &str = "demo";
