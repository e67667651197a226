//! The link by which a person answers a run, `/ext/input/{token}`: a page without scripts, and a form. Who has
//! the link may answer; it holds no key. Nothing happens when it is only looked at, as previews do.

mod error;
pub(super) mod openapi;
mod page;
mod reply;
mod request;

pub use error::Error;
pub use reply::{Answer, reply};
pub use request::{LinkRequest, Wanted};
