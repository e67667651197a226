//! What all of AWS's services have in common: how their failures are told apart. Knows none of them.

mod failure;

pub(crate) use failure::{Failure, Source};
