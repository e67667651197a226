//! Lambda on this machine, around the functions' own binaries: the Runtime API that they poll, the
//! processes that they are, the roles that they have, and the events that they get.

mod event;
mod guard;
mod outcome;
mod process;
mod role;
mod runtime_api;
mod site;
mod template;

pub use event::{HttpEvent, sample};
pub use guard::{Denial, Guard, USED, Upstream, note};
pub use outcome::{Outcome, Reply, Report, failures};
pub use process::{Function, Lines, Process, binary, of_lambda};
pub use role::{Access, Right, Role};
pub use runtime_api::RuntimeApi;
pub use site::{Site, USER_DATA};
pub use template::Template;
