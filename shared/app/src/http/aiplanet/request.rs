//! Requests about runs: read one, follow one, list several, cancel one, answer one that listens.

use lambda_http::Request;
use serde_json::json;

use super::{Error, ListRequest, answered};
use crate::{
    http::{
        address::{self, parameter},
        events,
    },
    runs::Input,
};

/// A request about runs.
pub struct RunsRequest<'a>(&'a Request);

/// What is asked for.
#[derive(PartialEq)]
pub enum Wanted {
    /// The run of this id, as it stands.
    Run(String),
    /// The end of the run of this id.
    Cancel(String),
    /// That the run of this id goes on with this.
    Answer(String, Input),
    /// Runs.
    List(ListRequest),
}

impl<'a> RunsRequest<'a> {
    /// Looks at the method.
    ///
    /// # Errors
    /// 405 for another one than POST, where a run is cancelled or answered, GET elsewhere, and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Self, Error> {
        let this = Self(request);
        expect_method(
            request,
            if this.cancels() || this.answers() { "POST, OPTIONS" } else { "GET, OPTIONS" },
        )?;
        Ok(this)
    }

    /// The run that is named in the path.
    #[must_use]
    pub fn run(&self) -> String {
        parameter(self.0, "run_id")
    }

    /// The last event that the caller has seen of a run.
    ///
    /// # Errors
    /// 422 for an id that no event has.
    pub fn last_event_id(&self) -> Result<Option<u64>, Error> {
        let mut last = None;
        for (place, text) in events::last_event_ids(self.0) {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let id = text.parse::<u32>().ok().filter(|_| is_number).ok_or_else(|| {
                let message = "Input should be the id of an event";
                Error::invalid("int_parsing", &place, message, &json!(text))
            })?;
            last.get_or_insert(u64::from(id));
        }
        Ok(last)
    }

    /// What is asked for.
    ///
    /// # Errors
    /// 413, 415 and 422 for a body, 422 for a query that cannot be understood.
    pub fn wanted(&self) -> Result<Wanted, Error> {
        if self.cancels() {
            Ok(Wanted::Cancel(self.run()))
        } else if self.answers() {
            Ok(Wanted::Answer(self.run(), answered::read(self.0)?))
        } else if self.is_about("/runs") {
            ListRequest::of(self.0).map(Wanted::List)
        } else {
            Ok(Wanted::Run(self.run()))
        }
    }

    fn cancels(&self) -> bool {
        self.is_about("/cancel")
    }

    fn answers(&self) -> bool {
        self.is_about("/input")
    }

    /// By the gateway's resource: a run's id may be any text in the path.
    fn is_about(&self, end: &str) -> bool {
        address::resource(self.0).ends_with(end)
    }
}

/// Refuses a method that is not in the list.
pub(super) fn expect_method(request: &Request, allow: &'static str) -> Result<(), Error> {
    let method = request.method().as_str();
    if allow.split(", ").any(|allowed| allowed == method) {
        Ok(())
    } else {
        Err(Error::MethodNotAllowed { allow })
    }
}
