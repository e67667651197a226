//! The words everything else is written in: ids, the run record, states and their one transition
//! table, journal and log entries, configuration records, limits. Knows no AWS, no HTTP, no clock.

mod completion;
mod config;
mod count;
mod depth;
mod environment;
mod error;
mod file;
mod id;
mod input;
mod journal;
pub mod limits;
mod listener;
mod provider;
mod rate;
mod run;
mod schedule;
mod secret;
mod state;
mod thread;
mod time;
mod webhook;

pub use completion::{Completion, Usage};
pub use config::{Flow, FlowVersion, Limits, OverLimit, Trigger, TriggerState, Workspace};
pub use count::{InvalidCount, MaxRuns};
pub use depth::depth;
pub use environment::{Environment, UnknownEnvironment};
pub use error::RunError;
pub use file::{File, FileFault, FilesFault, TELLING_BYTES, begins_executable, image_type};
pub use id::{ContentHash, InvalidId, ProviderName, RunId, ThreadId, TriggerId, WorkspaceId};
pub use input::{Heard, InputId, Listening, Question};
pub use journal::{
    CallFailure, End, FailureKind, HttpAnswer, JournalEntry, LogEntry, LogLevel, Outcome,
};
pub use listener::{FollowUp, FollowUpMethod, Listener, Listeners};
pub use provider::Provider;
pub use rate::{Frequency, InvalidRate, Level, Rate, microseconds};
pub use run::{FlowReference, HeldSlots, Run};
pub use schedule::{Overlap, Schedule};
pub use secret::Secret;
pub use state::{Event, Refused, Status, next};
pub use thread::{ThreadContext, first_within};
pub use time::{InvalidTime, Timestamp};
pub use webhook::{Callback, SecretReference, UrlTokenRecord, Verification, Webhook};
