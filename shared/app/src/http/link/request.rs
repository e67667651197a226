//! Requests by a link: to see the question, and to answer it.

use lambda_http::{
    Request,
    http::{HeaderMap, header},
};
use serde_json::Value;

use super::Error;
use crate::{
    http::{
        address::{self, parameter},
        body, form, headers,
    },
    runs::Input,
};

/// The gateway's resource.
pub(super) const RESOURCE: &str = "/ext/input/{token}";

/// A request by a link.
pub struct LinkRequest<'a> {
    request: &'a Request,
    /// The token in the path.
    pub token: String,
}

/// What is asked for.
pub enum Wanted {
    /// The question.
    Question,
    /// That the run goes on with this.
    Answer(Input),
}

impl<'a> LinkRequest<'a> {
    /// The request, where it is one.
    #[must_use]
    pub fn of(request: &'a Request) -> Option<Self> {
        let is_one = address::resource(request) == RESOURCE;
        is_one.then(|| Self { request, token: parameter(request, "token") })
    }

    /// What is asked for.
    ///
    /// # Errors
    /// 405 for another method than GET and POST; 413, 415 and 422 for a body.
    pub fn wanted(&self) -> Result<Wanted, Error> {
        match self.request.method().as_str() {
            "GET" => Ok(Wanted::Question),
            "POST" => self.input().map(Wanted::Answer),
            _ => Err(Error::MethodNotAllowed),
        }
    }

    fn input(&self) -> Result<Input, Error> {
        let (headers, body) = (self.request.headers(), self.request.body());
        if headers::is_compressed(headers) {
            return Err(Error::Unsupported);
        }
        let missing = || Error::Invalid("The answer is missing".to_owned());
        if headers::is_form(headers) {
            let (mut kind, mut data) = (None, None);
            for (name, value) in form::read(body)? {
                match name.as_str() {
                    "type" => kind = Some(value),
                    "data" => data = Some(value),
                    _ => {}
                }
            }
            // Browsers send a form's line ends as two characters.
            let text = data.ok_or_else(missing)?.replace("\r\n", "\n");
            return Ok(Input { kind, ..Input::typed(text) });
        }
        if !headers::accepts_json_body(headers) {
            return Err(Error::Unsupported);
        }
        let mut body = body::read(body)?;
        let data = body.get_mut("data").map(Value::take).ok_or_else(missing)?;
        let kind = match body.get("type") {
            None | Some(Value::Null) => None,
            Some(Value::String(kind)) => Some(kind.clone()),
            Some(_) => return Err(Error::Invalid("type: expected a text".to_owned())),
        };
        Ok(Input { kind, ..Input::of(data) })
    }
}

/// Whether a program asks, and not a browser: it declares JSON, or accepts it and no page.
pub(super) fn is_from_program(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let accepted = accepted.collect::<Vec<_>>().join(",").to_ascii_lowercase();
    let declares_json =
        headers.contains_key(header::CONTENT_TYPE) && headers::accepts_json_body(headers);
    declares_json || (accepted.contains("json") && !accepted.contains("text/html"))
}
