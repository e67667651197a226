//! Ids that are made up.

use std::fmt::Write as _;

use shared::{
    auth,
    model::{InvalidId, TriggerId},
};

use crate::error::Error;

/// 80 random bits: ids of triggers are unique across workspaces, and nobody counts them.
pub(super) fn trigger_id() -> Result<TriggerId, Error> {
    let id = format!("trg_{}", hex::<10>()?);
    id.parse().map_err(|error: InvalidId| Error::because(WHAT, error))
}

/// 64 random bits: unique within a trigger or a provider, and never met again.
pub(crate) fn identifier() -> Result<String, Error> {
    hex::<8>()
}

const WHAT: &str = "no id could be made up";

fn hex<const BYTES: usize>() -> Result<String, Error> {
    let random: [u8; BYTES] = auth::random().map_err(|error| Error::because(WHAT, error))?;
    let mut hex = String::with_capacity(2 * BYTES);
    for byte in random {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_made_up_are_ids_and_differ() {
        let (one, other) = (trigger_id().unwrap(), trigger_id().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 24);
        assert_ne!(identifier().unwrap(), identifier().unwrap());
        assert_eq!(identifier().unwrap().len(), 16);
    }
}
