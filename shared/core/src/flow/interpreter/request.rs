//! The request that a `call: http` makes.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{machine::Machine, step::Step, uri};
use crate::{
    flow::{Authentication, ErrorKind, Host, HttpCall, HttpRequest, Template, raise},
    model::{RunError, Timestamp},
};

impl<H: Host> Machine<'_, H> {
    /// The request of `call` for the input of `step`.
    pub(super) fn request(
        &self,
        step: &Step<'_>,
        call: &HttpCall,
        until: Option<Timestamp>,
    ) -> Result<HttpRequest, RunError> {
        let refuse = |message: String| raise(ErrorKind::Expression, &step.task.path, message);
        let render = |template: &Template| self.render(template, &step.input, &step.during());
        let text = |template: &Template, what: &str| match render(template)? {
            Value::String(text) => Ok(text),
            _ => Err(refuse(format!("{what} must be text"))),
        };
        let members = |template: Option<&Template>, what: &str| match template {
            None => Ok(serde_json::Map::new()),
            Some(template) => match render(template)? {
                Value::Object(members) => Ok(members),
                _ => Err(refuse(format!("{what} must be an object"))),
            },
        };

        let url = match &call.uri {
            Template::Literal(Value::String(template)) => {
                uri::expand(template, &step.input).map_err(refuse)?
            }
            template => text(template, "the URI")?,
        };
        let query = members(call.query.as_ref(), "the query")?;
        let url = uri::with_query(url, query.iter());

        let mut headers = Vec::new();
        for (name, value) in members(call.headers.as_ref(), "the headers")? {
            let value = uri::text(&value)
                .ok_or_else(|| refuse(format!("the header {name} is an array or an object")))?;
            headers.push((name, value));
        }
        let body = match call.body.as_ref().map(render).transpose()? {
            None => None,
            Some(Value::String(text)) => Some(text.into_bytes()),
            Some(value) => {
                if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                    headers.push(("content-type".to_owned(), "application/json".to_owned()));
                }
                Some(value.to_string().into_bytes())
            }
        };
        if let Some(authentication) = &call.authentication {
            let credentials = match authentication {
                Authentication::Basic { username, password } => {
                    let user = text(username, "the user name")?;
                    let password = text(password, "the password")?;
                    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
                }
                Authentication::Bearer { token } => {
                    format!("Bearer {}", text(token, "the token")?)
                }
            };
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            headers.push(("authorization".to_owned(), credentials));
        }
        Ok(HttpRequest {
            method: text(&call.method, "the method")?.to_ascii_uppercase(),
            url,
            headers,
            body,
            follow_redirects: !call.redirect,
            until,
        })
    }
}
