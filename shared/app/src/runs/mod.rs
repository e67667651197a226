//! The use cases: start a run, by call or by schedule, wait for it, execute it, read it, cancel it, bury it. The only
//! caller of `store` and `queue`; knows nothing of requests and status codes.

mod access;
mod bury;
mod cancel;
mod compute;
mod deliver;
mod deltas;
mod error;
mod execute;
mod fire;
mod host;
mod journal;
mod keeper;
mod llm;
mod observe;
mod plans;
mod replay;
mod service;
mod start;
mod status;
mod steps;
mod wait;

pub use access::{Caller, Subject};
pub use deltas::{Delta, Deltas};
pub use error::{Error, ErrorKind};
pub use service::{Parts, Runs, Settings};
pub use start::{Idempotency, Start, Started};
pub use status::RunView;
pub use steps::{Report, Results, Step, StepState};

pub use crate::store::{CancelRequest, LogPage};
