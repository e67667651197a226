//! What an operator configures, in the table `config`: one item each for workspaces, keys, triggers,
//! providers and flow versions, one for what each flow serves. A cache stands in front of the busy reads.

mod cache;
#[cfg(test)]
mod fixture;
mod flow;
mod key;
mod limit;
mod provider;
mod record;
mod trigger;
mod workspace;

pub use cache::Cache;
pub use flow::PublishedVersion;
pub use record::Put;
