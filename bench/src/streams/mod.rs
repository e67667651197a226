//! Runs that are followed as they happen.

mod measure;
mod model;
mod reader;
mod site;

pub(crate) use measure::measure;
