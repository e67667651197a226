//! The sync-trigger function.
