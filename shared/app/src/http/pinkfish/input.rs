//! What a trigger is called with: query parameters, a form, a JSON object.

use lambda_http::{Request, RequestExt};
use serde_json::{Map, Value};

use super::Error;
use crate::{
    http::{body, form, headers},
    model::ContentHash,
};

/// Inputs as they came.
#[derive(Debug, PartialEq)]
pub struct Inputs {
    /// Of the query and a form, by name and then in their order.
    pub texts: Vec<(String, String)>,
    members: Map<String, Value>,
}

impl Inputs {
    /// Reads a request: its query, and what a POST has for a body. A name of the body hides the
    /// same name of the query. A GET's body means nothing (RFC 9110, section 9.3.1), so it is not read.
    pub(super) fn of(request: &Request) -> Result<Self, Error> {
        let query = request.query_string_parameters();
        let mut texts: Vec<(String, String)> =
            query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut members = Map::new();
        let is_empty = AsRef::<[u8]>::as_ref(request.body()).is_empty();
        if request.method() == "POST" && !is_empty {
            let headers = request.headers();
            if headers::is_compressed(headers) {
                return Err(Error::Unsupported("Content-Encoding should be identity"));
            }
            if headers::is_form(headers) {
                if !headers::is_utf8(headers) {
                    return Err(Error::Unsupported("The charset of a form should be utf-8"));
                }
                let fields = form::read(request.body())?;
                texts.retain(|(name, _)| !fields.iter().any(|(field, _)| field == name));
                texts.extend(fields);
            } else if headers::accepts_json_body(headers) {
                members = match body::read(request.body()) {
                    Ok(Value::Object(members)) => members,
                    Ok(_) => {
                        let message = "Request body should be a JSON object".to_owned();
                        return Err(Error::Invalid(message));
                    }
                    Err(unreadable) => return Err(unreadable.into()),
                };
                texts.retain(|(name, _)| !members.contains_key(name));
            } else {
                let types =
                    "Content-Type should be application/json or application/x-www-form-urlencoded";
                return Err(Error::Unsupported(types));
            }
        }
        // The gateway keeps the order of one name's values only.
        texts.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(Self { texts, members })
    }

    /// What must be equal for a repeat. The flow's schema, which may change, plays no part.
    pub(super) fn hash(&self) -> ContentHash {
        let members = Value::Object(self.members.clone()).to_string();
        ContentHash::of(format!("{:?}\n{members}", self.texts).as_bytes())
    }

    /// The flow's input, with the texts as the flow declares them.
    pub(super) fn with(self, mut typed: Map<String, Value>) -> Value {
        typed.extend(self.members);
        Value::Object(typed)
    }
}
