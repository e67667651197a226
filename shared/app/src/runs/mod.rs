//! The use cases: start a run, by call, by webhook or by schedule, start many, do one again, wait for it, execute it,
//! read it, follow it, cancel it, bury it, tell of its end. The only caller of `store` and `queue`; knows nothing of
//! requests and status codes.

mod access;
mod admit;
mod again;
mod allowance;
mod attach;
mod audience;
mod batch;
mod bury;
mod callback;
mod cancel;
mod compute;
mod declared;
mod delay;
mod deliver;
mod delivered;
mod door;
mod error;
mod execute;
mod fetch;
mod files;
mod fire;
mod follow;
mod follow_up;
mod gate;
mod host;
mod ingest;
mod input;
mod journal;
mod keeper;
mod kept;
mod link;
mod list;
mod llm;
mod observe;
mod plans;
mod redrive;
mod replay;
mod service;
mod slots;
mod start;
mod status;
mod steps;
mod stream;
mod tell;
mod thread;
mod wait;

pub use access::{Caller, Key, Subject};
pub use again::Original;
pub use allowance::{Limit, Policy};
pub use attach::{Attached, Attachments, FileRefusal, FileSource, TakenFile, WantedFile};
pub use audience::{Audience, Delta, Live, Seat};
pub use door::Door;
pub use error::{Error, ErrorKind};
pub use files::{Announced, NewFile, Uploaded};
pub use follow::{Follower, Happening};
pub use ingest::{Incoming, Received};
pub use input::Input;
pub use link::Asked;
pub use service::{Parts, Runs, Settings};
pub use start::{Start, Started};
pub use status::RunView;
pub use steps::{Report, Results, Step, StepState};
pub use thread::Thread;

pub use crate::{
    flow::{DeclaredInputs, InputKind},
    store::{CancelRequest, Filter, Idempotency, ListedRun, LogPage, RunPage, Upload},
};
