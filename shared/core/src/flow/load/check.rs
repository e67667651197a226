//! The public face of the loader.

use super::{loader::Loader, place::Place};
use crate::flow::{Fault, Plan, source};

/// A flow that can be run, and what its author may want to know.
#[derive(Debug)]
pub struct Checked {
    /// The flow.
    pub plan: Plan,
    /// Warnings, by position.
    pub warnings: Vec<Fault>,
}

/// Reads, checks and compiles a flow written in YAML or JSON.
///
/// # Errors
/// Everything that keeps the flow from being run, and the warnings beside it, by position; never
/// empty. The same text gives the same answer, so a retry is of no use.
pub fn check(text: &str) -> Result<Checked, Vec<Fault>> {
    let tree = source::read(text).map_err(|fault| vec![fault])?;
    let root = Place::root(&tree);
    let components = root.member("use");
    let mut loader = Loader::new(components.as_ref());
    let plan = loader.flow(&root);
    let (faults, is_sound) = loader.into_faults();
    match plan {
        Ok(plan) if is_sound => Ok(Checked { plan, warnings: faults }),
        _ => Err(faults),
    }
}
