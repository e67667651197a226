//! Who has secrets.

use crate::model::{Provider, Trigger};

/// Whoever has secrets: all of its own stand below one path.
pub trait Owner {
    /// The levels between the prefix and a secret's id.
    fn path(&self) -> String;
}

impl Owner for Trigger {
    fn path(&self) -> String {
        format!("{}/{}", self.workspace, self.id)
    }
}

/// One level deeper than any trigger's, so that a trigger may be called `providers`.
impl Owner for Provider {
    fn path(&self) -> String {
        format!("{}/providers/{}", self.workspace, self.name)
    }
}
