//! Runs a plan against a host.
//!
//! Everything a flow does is decided by its plan, its input and the answers of its host, so a run
//! that starts again from the beginning with the same answers comes to the same place. Times take
//! part in decisions only through `Host::reached_at`, which remembers them. Must not know where
//! answers are kept, or what the text of the flow looked like.

mod call;
mod deadline;
mod execute;
mod fault;
mod listen;
mod llm;
mod logging;
mod machine;
mod place;
mod repeat;
mod request;
mod response;
mod retry;
mod run;
mod scope;
mod size;
mod step;
mod task;
mod template;
mod thread;
mod tried;
mod uri;
mod validate;

#[cfg(test)]
mod tests;

pub use run::{RunFacts, ThreadFacts, run};
