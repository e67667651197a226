//! Requests to start many runs at once.

use lambda_http::Request;
use serde_json::{Value, json};

use super::{
    Answer, Asked, Error, StartedRun, TriggerBody, file::FileRules, request::expect_method,
    trigger::StartKey,
};
use crate::{
    http::{address, detail, headers},
    runs::{self, Caller, Runs, Start, Started},
};

/// Most items of a batch: as many as start, one round after another, well within the gateway's 29 s.
pub(super) const MAX_ITEMS: usize = 100;

/// The member of an item that is its own idempotency key.
pub(super) const KEY: &str = "idempotency_key";

/// A request to start runs.
pub struct BatchRequest<'a>(&'a Request);

/// One of its items: what a start of its own would have for a body.
pub struct BatchItem {
    body: TriggerBody,
    key: Option<StartKey>,
    /// What the URLs of files begin with.
    base: String,
}

/// Items that were looked at, some of which are to be started.
#[derive(Default)]
pub struct Batch(Vec<Result<(Option<Start>, Asked), Error>>);

impl<'a> BatchRequest<'a> {
    /// The request, if it is one; looks at the method.
    ///
    /// # Errors
    /// 405 for another one than POST and OPTIONS.
    pub fn of(request: &'a Request) -> Result<Option<Self>, Error> {
        if !address::resource(request).ends_with("/batch") {
            return Ok(None);
        }
        expect_method(request, "POST, OPTIONS")?;
        Ok(Some(Self(request)))
    }

    /// The items, as far as each is right whatever its flow is.
    ///
    /// # Errors
    /// 413, 415, and 422 for what is no list of one item to a hundred. What is wrong with an item is its own.
    pub fn items(&self) -> Result<Vec<Result<BatchItem, Error>>, Error> {
        let key = detail::idempotency_key(self.0.headers())?;
        let refused = |kind, message, given: &Value| {
            Err(Error::invalid(kind, &json!(["body", "items"]), message, given))
        };
        let items = match detail::members(self.0)?.remove("items") {
            None => return refused("missing", "Field required", &Value::Null),
            Some(Value::Array(items)) => items,
            Some(other) => return refused("list_type", "Input should be a valid list", &other),
        };
        if items.is_empty() {
            return refused("too_short", "List should have at least 1 item", &json!([]));
        }
        if items.len() > MAX_ITEMS {
            return refused("too_long", "List should have at most 100 items", &Value::Null);
        }
        let base = address::of_files(self.0);
        let items = items.into_iter().enumerate();
        Ok(items.map(|(index, item)| BatchItem::read(item, index, key.as_deref(), &base)).collect())
    }
}

impl BatchItem {
    fn read(item: Value, index: usize, key: Option<&str>, base: &str) -> Result<Self, Error> {
        let Value::Object(mut members) = item else {
            let message = "Input should be a valid dictionary or object to extract fields from";
            return Err(Error::invalid("model_attributes_type", &json!(["body"]), message, &item));
        };
        let own = own_key(members.remove(KEY))?;
        let of_request = || {
            // No key holds a line break, so this is nobody's own.
            key.map(|key| StartKey { text: format!("{key}\n{index}"), is_own: false })
        };
        let key = own.map(|text| StartKey { text, is_own: true }).or_else(of_request);
        Ok(Self { body: TriggerBody::read(members)?, key, base: base.to_owned() })
    }

    /// What is to be started for this caller.
    ///
    /// # Errors
    /// As of a start of its own. A file is taken by the id of its upload alone: a hundred items could not wait for theirs.
    pub async fn prepare(self, runs: &Runs, caller: &Caller) -> Result<(Start, Asked), Error> {
        let files = FileRules { base: &self.base, fetches: false };
        self.body.prepare(runs, caller, self.key, files).await
    }
}

fn own_key(given: Option<Value>) -> Result<Option<String>, Error> {
    let Some(given) = given.filter(|given| !given.is_null()) else { return Ok(None) };
    let refused =
        |message| Error::invalid("string_type", &json!(["body", KEY]), message, &Value::Null);
    let text = given.as_str().ok_or_else(|| refused("Input should be a valid string"))?;
    headers::usable_key(text).map(Some).map_err(|unusable| refused(unusable.0))
}

impl Batch {
    /// One more item.
    pub fn add(&mut self, item: Result<(Start, Asked), Error>) {
        self.0.push(item.map(|(start, asked)| (Some(start), asked)));
    }

    /// What is to be started, in order.
    pub fn starts(&mut self) -> Vec<Start> {
        self.0.iter_mut().flatten().filter_map(|(start, _)| start.take()).collect()
    }

    /// The answer, when this became of what was to be started.
    #[must_use]
    pub fn answer(self, started: Vec<Result<Started, runs::Error>>) -> Answer {
        let mut started = started.into_iter();
        let mut end = |(_, asked): (_, Asked)| match started.next() {
            Some(Ok(started)) => Ok((asked.started(started.id), started.replayed)),
            Some(Err(error)) => Err(asked.failed(error)),
            None => Err(Error::Failed(runs::Error::Internal("an item was not started"))),
        };
        Answer::Batch(self.0.into_iter().map(|item| item.and_then(&mut end)).collect())
    }
}

/// What became of an item: the run, and whether an earlier call had started it.
pub type Ended = Result<(StartedRun, bool), Error>;
