//! Which runs are to be listed: the query of `GET …/runs`.

use std::str::FromStr;

use lambda_http::{Request, RequestExt};
use serde_json::{Value, json};

use super::{Error, answer::word};
use crate::{
    http::detail::{TIME, fault},
    model::Status,
    runs::Filter,
};

/// Runs on a page, unless the caller says otherwise, and at most.
pub(super) const DEFAULT_LIMIT: usize = 20;
pub(super) const MAX_LIMIT: usize = 100;

/// A page of a list of runs.
#[derive(Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// Which runs.
    pub filter: Filter,
    /// Where the page starts; at the newest run when absent.
    pub cursor: Option<String>,
    /// Most runs on it.
    pub limit: usize,
}

impl ListRequest {
    pub(super) fn of(request: &Request) -> Result<Self, Error> {
        let query = request.query_string_parameters();
        let parameter = |name: &str| query.first(name);
        let mut faults = Vec::new();
        let trigger = read(parameter("trigger"), "trigger", &NAME, &mut faults);
        let list = Self {
            filter: Filter {
                triggers: trigger.map(|trigger| vec![trigger]),
                statuses: statuses(parameter("status"), &mut faults),
                environments: None,
                thread: read(parameter("thread_id"), "thread_id", &NAME, &mut faults),
                since: read(parameter("since"), "since", &TIME, &mut faults),
                until: read(parameter("until"), "until", &TIME, &mut faults),
            },
            cursor: parameter("cursor").map(str::to_owned),
            limit: limit(parameter("limit"), &mut faults),
        };
        if faults.is_empty() { Ok(list) } else { Err(Error::Invalid(faults)) }
    }
}

/// What is said of a text that is not what it should be: kind of fault, and words.
type Complaint = (&'static str, &'static str);

pub(super) const NAME: Complaint =
    ("string_pattern_mismatch", "String should match pattern '^[A-Za-z0-9_-]{1,64}$'");

fn read<T: FromStr>(
    text: Option<&str>,
    name: &str,
    (kind, message): &Complaint,
    faults: &mut Vec<Value>,
) -> Option<T> {
    let text = text?;
    let value = text.parse().ok();
    if value.is_none() {
        faults.push(fault(kind, &json!(["query", name]), message, &json!(text)));
    }
    value
}

/// The states that one word of the dialect stands for.
fn statuses(text: Option<&str>, faults: &mut Vec<Value>) -> Option<Vec<Status>> {
    let text = text?;
    let mut meant = Status::ALL.to_vec();
    meant.retain(|status| word(*status) == text);
    if meant.is_empty() {
        let message =
            "Input should be 'pending', 'running', 'waiting', 'completed', 'failed' or 'cancelled'";
        faults.push(fault("enum", &json!(["query", "status"]), message, &json!(text)));
    }
    Some(meant)
}

fn limit(text: Option<&str>, faults: &mut Vec<Value>) -> usize {
    let Some(text) = text else { return DEFAULT_LIMIT };
    let (kind, message) = match text.parse::<usize>() {
        Ok(0) => ("greater_than_equal", "Input should be greater than or equal to 1"),
        Ok(limit) if limit <= MAX_LIMIT => return limit,
        Ok(_) => ("less_than_equal", "Input should be less than or equal to 100"),
        Err(_) => ("int_parsing", "Input should be a valid integer"),
    };
    faults.push(fault(kind, &json!(["query", "limit"]), message, &json!(text)));
    DEFAULT_LIMIT
}
