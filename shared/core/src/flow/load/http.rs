//! Arguments of `call: http`.

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    HttpCall, HttpOutput, TaskKind, Template,
    definition::{HttpArguments, HttpOutputName},
    fault::quoted,
    nearest::closest,
    unwrap,
};

/// Methods in use for calls (RFC 9110 §9, RFC 5789).
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Methods that are about the connection, not about a resource.
const REFUSED_METHODS: [&str; 2] = ["CONNECT", "TRACE"];

impl Loader<'_> {
    pub(super) fn http(&mut self, with: &Place<'_>, scope: &Scope) -> Found<TaskKind> {
        let arguments = self.read::<HttpArguments>(with)?;
        let method = self.method(&with.part("method")?, scope);
        let endpoint = self.endpoint(&with.part("endpoint")?, scope);
        self.check_header_names(with);
        let headers = self.parameters(with, "headers", scope);
        let query = self.parameters(with, "query", scope);
        let body = self.optional_template(with, "body", scope, Moment::Body);
        let (uri, authentication) = endpoint?;
        Ok(TaskKind::CallHttp(Box::new(HttpCall {
            method: method?,
            uri,
            authentication,
            headers: headers?,
            query: query?,
            body: body?,
            output: match arguments.output {
                None | Some(HttpOutputName::Content) => HttpOutput::Content,
                Some(HttpOutputName::Raw) => HttpOutput::Raw,
                Some(HttpOutputName::Response) => HttpOutput::Response,
            },
            redirect: arguments.redirect.unwrap_or(false),
        })))
    }

    fn method(&mut self, place: &Place<'_>, scope: &Scope) -> Found<Template> {
        let text = place.written()?;
        if unwrap(text).is_some() {
            return self.template(place, scope, Moment::Body);
        }
        let method = text.to_ascii_uppercase();
        if !is_token(text) {
            return Err(self.error(place, format!("{} is not an HTTP method", quoted(text))));
        }
        if REFUSED_METHODS.contains(&method.as_str()) {
            return Err(self
                .faults
                .at_value(place, Remark::refused(&format!("the HTTP method `{method}`"))));
        }
        if !METHODS.contains(&method.as_str()) {
            let message = format!("{} is not a usual HTTP method", quoted(text));
            let remark = Remark::warning(message).meant(closest(&method, METHODS));
            self.faults.at_value(place, remark);
        }
        Ok(Template::Literal(method.into()))
    }

    /// An object of texts, or an expression that gives one.
    fn parameters(
        &mut self,
        with: &Place<'_>,
        name: &str,
        scope: &Scope,
    ) -> Found<Option<Template>> {
        let Some(place) = with.member(name) else { return Ok(None) };
        if place.text().is_some_and(|text| unwrap(text).is_none()) {
            return Err(
                self.error(&place, "expected an object, or an expression `${ … }` that gives one")
            );
        }
        self.template(&place, scope, Moment::Body).map(Some)
    }

    fn check_header_names(&mut self, with: &Place<'_>) {
        let Some(headers) = with.member("headers") else { return };
        for (name, header) in headers.members() {
            if !is_token(name) {
                let message = format!("{} is not the name of a header", quoted(name));
                self.faults.at_key(&header, Remark::error(message));
            }
        }
    }
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    let is_sign = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
}
