//! Endpoints and their URI templates (RFC 6570 §3.2.2, simple expansion only).

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{Authentication, Template, fault::quoted, unwrap};

/// Said of a URI with expression marks inside.
const MIXED: &str = "a URI is one whole expression `${ … }`, or a text with `{name}` in it";

impl Loader<'_> {
    /// A URI, and credentials if it has some.
    pub(super) fn endpoint(
        &mut self,
        place: &Place<'_>,
        scope: &Scope,
    ) -> Found<(Template, Option<Authentication>)> {
        if place.text().is_some() {
            return Ok((self.uri(place, scope)?, None));
        }
        let uri = self.uri(&place.part("uri")?, scope);
        let authentication = match place.member("authentication") {
            None => Ok(None),
            Some(member) => self.authentication(&member, scope).map(Some),
        };
        Ok((uri?, authentication?))
    }

    fn uri(&mut self, place: &Place<'_>, scope: &Scope) -> Found<Template> {
        let text = place.written()?;
        if let Some(source) = unwrap(text) {
            return self.compile(place, source, scope, Moment::Body).map(Template::Expression);
        }
        match uri_template(text) {
            Ok(()) => Ok(Template::Literal(text.into())),
            Err(remark) => Err(self.faults.at_value(place, remark)),
        }
    }
}

fn uri_template(text: &str) -> Result<(), Remark> {
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        let message = if text.contains("${") { MIXED } else { "a URI has no spaces" };
        return Err(Remark::error(message));
    }
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let (before, tail) = rest.split_at(open);
        let Some(tail) = tail.strip_prefix('{') else {
            return Err(Remark::error("a `}` without its `{`"));
        };
        let Some((name, tail)) = tail.split_once('}') else {
            return Err(Remark::error("a `{` without its `}`"));
        };
        if before.ends_with('$') {
            return Err(Remark::error(MIXED));
        }
        check_placeholder(name)?;
        rest = tail;
    }
    check_scheme(text)
}

fn check_placeholder(name: &str) -> Result<(), Remark> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_plain) {
        return Ok(());
    }
    let shown = quoted(&format!("{{{name}}}"));
    if name.starts_with(['+', '#', '.', '/', ';', '?', '&']) || name.contains([',', ':', '*']) {
        return Err(Remark::refused(&format!("the URI template operator in {shown}")));
    }
    let meant = name.trim().trim_start_matches('.');
    let meant = (!meant.is_empty() && meant.bytes().all(is_plain)).then(|| format!("{{{meant}}}"));
    Err(Remark::error(format!("{shown} is not the name of an input member")).meant(meant))
}

/// The scheme must be one that can be called, unless it is filled in later.
fn check_scheme(text: &str) -> Result<(), Remark> {
    if text.starts_with('{') {
        return Ok(());
    }
    match text.split_once("://") {
        Some((scheme, rest))
            if ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) =>
        {
            if rest.is_empty() || rest.starts_with(['/', '?', '#']) {
                return Err(Remark::error("the URI has no host"));
            }
            Ok(())
        }
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => {
            Err(Remark::error(format!("{} cannot be called: use `https`", quoted(scheme))))
        }
        _ => {
            let meant = format!("https://{}", text.trim_start_matches('/'));
            Err(Remark::error("the URI must be absolute").meant(Some(meant)))
        }
    }
}
