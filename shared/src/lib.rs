//! What the trigger-api functions share.
