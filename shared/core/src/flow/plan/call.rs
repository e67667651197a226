//! Calls of other services, and lines for the log.

use super::Template;
use crate::model::LogLevel;

/// An HTTP call.
#[derive(Debug)]
pub struct HttpCall {
    /// The method, upper case; may be an expression.
    pub method: Template,
    /// The URI: a whole-string expression, or a literal URI template with `{name}` taken from the task's input.
    pub uri: Template,
    /// Credentials.
    pub authentication: Option<Authentication>,
    /// Headers: an object of texts, or an expression that gives one.
    pub headers: Option<Template>,
    /// Query parameters, likewise.
    pub query: Option<Template>,
    /// The body: a text is sent as it is, any other value as JSON.
    pub body: Option<Template>,
    /// What the task's output is.
    pub output: HttpOutput,
    /// Whether a 3xx answer is accepted as it is; otherwise it is followed, and one that stays is an error.
    pub redirect: bool,
}

/// Credentials of a call.
#[derive(Debug)]
pub enum Authentication {
    /// RFC 7617.
    Basic {
        /// The user.
        username: Template,
        /// The password.
        password: Template,
    },
    /// RFC 6750.
    Bearer {
        /// The token.
        token: Template,
    },
}

/// What an HTTP call puts out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpOutput {
    /// The body in base64.
    Raw,
    /// The body, read as JSON where its type says so.
    Content,
    /// `{request, statusCode, headers, content}`.
    Response,
}

/// A line for the run's log.
#[derive(Debug)]
pub struct LogCall {
    /// How much it matters.
    pub level: LogLevel,
    /// What to say: text, or any value, shown as JSON.
    pub message: Template,
}
