//! The signed bytes of a request.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use super::{
    Refusal, Request,
    form::{self, CONTENT_TYPE},
    scheme::{Encoding, Method, Part, Template, TimestampPlace, UrlForm},
    signature,
};

/// The pieces that the signed bytes are put together of.
pub(super) struct Pieces<'r> {
    method: &'r str,
    body: &'r [u8],
    /// Empty where nothing stands for `{ts}`.
    timestamp: &'r str,
    id: &'r str,
    form: String,
    /// One for each form that the URL may have.
    urls: Vec<Cow<'r, str>>,
}

impl<'r> Pieces<'r> {
    /// Collects what `method` signs of a request.
    pub(super) fn collect(method: &Method, request: &Request<'r>) -> Result<Self, Refusal> {
        let timestamp = match method.timestamp.as_ref().map(|rule| &rule.at) {
            Some(TimestampPlace::Header(header)) => request.header(header)?,
            Some(TimestampPlace::Signature(key)) => signature::value(method, request, key)?,
            Some(TimestampPlace::Body(_)) | None => "",
        };
        let id = method.id.as_ref().map(|header| request.header(header)).transpose()?;
        let signs_form = method.signed.as_ref().is_some_and(|signed| signed.has(&Part::Form));
        let form = if signs_form { signed_form(method, request)? } else { String::new() };
        let mut urls: Vec<_> = method.url.iter().filter_map(|form| form.of(request.url)).collect();
        urls.dedup();
        if urls.is_empty() {
            urls.push(Cow::Borrowed(request.url));
        }
        let Request { method, body, .. } = *request;
        Ok(Self { method, body, timestamp, id: id.unwrap_or_default(), form, urls })
    }

    /// The timestamp's text, where it is a piece.
    pub(super) const fn timestamp(&self) -> &'r str {
        self.timestamp
    }

    /// The signed bytes, in one version for each form of the URL.
    pub(super) fn versions<'p>(&'p self, signed: Option<&'p Template>) -> Vec<Vec<&'p [u8]>> {
        // A token is over nothing.
        let Some(signed) = signed else { return vec![Vec::new()] };
        let count = if signed.has(&Part::Url) { self.urls.len() } else { 1 };
        let version = |url: &'p Cow<'r, str>| {
            let piece = |part: &'p Part| match part {
                Part::Text(text) => text.as_bytes(),
                Part::Body => self.body,
                Part::Timestamp => self.timestamp.as_bytes(),
                Part::Id => self.id.as_bytes(),
                Part::Url => url.as_bytes(),
                Part::Method => self.method.as_bytes(),
                Part::Form => self.form.as_bytes(),
            };
            signed.parts().iter().map(piece).collect()
        };
        self.urls.iter().take(count).map(version).collect()
    }
}

/// A form's parameters. Of other bodies nothing, but then the URL must name their digest: what
/// neither covers anyone could have written.
fn signed_form(method: &Method, request: &Request<'_>) -> Result<String, Refusal> {
    let in_url = method.body_digest.iter().flat_map(|digest| query(request.url, &digest.query));
    let mut named = in_url.peekable();
    if named.peek().is_some() {
        // A form's content type must not turn a named digest off: with no body it would sign nothing.
        let digest = body_digest(request.body);
        let fits = named.all(|named| named == digest);
        return if fits { Ok(String::new()) } else { Err(Refusal::BodyNotSigned) };
    }
    let is_form = request.content_type().is_some_and(|(name, _)| name == CONTENT_TYPE);
    if !is_form && !request.body.is_empty() {
        return Err(Refusal::BodyNotSigned);
    }
    let text = std::str::from_utf8(request.body);
    let text = text.map_err(|_| Refusal::MalformedForm("it is not text"))?;
    if !form::is_canonical(text) {
        return Err(Refusal::MalformedForm("an escape is not written as senders write it"));
    }
    form::parameters(text).map(form::signed_text).map_err(Refusal::MalformedForm)
}

/// The raw values of a query parameter.
fn query<'u>(url: &'u str, name: &'u str) -> impl Iterator<Item = &'u str> {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// SHA-256 of a body in hex.
pub(super) fn body_digest(body: &[u8]) -> String {
    Encoding::Hex.encode(&Sha256::digest(body))
}

impl UrlForm {
    /// The URL in this form; nothing where it is no URL.
    fn of(self, url: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Called => Some(Cow::Borrowed(url)),
            Self::WithPort => Some(with_port(url)?.into()),
            Self::WithoutPort => Some(without_port(url)?.into()),
            Self::Decoded => Some(decoded(url).into()),
        }
    }
}

/// Scheme, authority and the rest.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, behind) = url.split_once("://")?;
    let end = behind.find(['/', '?', '#']).unwrap_or(behind.len());
    let (authority, rest) = behind.split_at_checked(end)?;
    Some((scheme, authority, rest))
}

/// Where the port starts, behind an IPv6 address's brackets.
fn port(authority: &str) -> Option<usize> {
    let colon = authority.rfind(':')?;
    authority.get(colon + 1..)?.bytes().all(|byte| byte.is_ascii_digit()).then_some(colon)
}

fn with_port(url: &str) -> Option<String> {
    let (scheme, authority, rest) = split(url)?;
    if port(authority).is_some() {
        return Some(url.to_owned());
    }
    let port = if scheme == "https" { 443 } else { 80 };
    Some(format!("{scheme}://{authority}:{port}{rest}"))
}

fn without_port(url: &str) -> Option<String> {
    let (scheme, authority, rest) = split(url)?;
    let host = authority.get(..port(authority)?)?;
    Some(format!("{scheme}://{host}{rest}"))
}

/// Decodes the characters that `HubSpot` lists as signed as themselves.
fn decoded(url: &str) -> String {
    let mut text = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(place) = rest.find('%') {
        let (before, escape) = rest.split_at(place);
        text.push_str(before);
        let length = 3.min(escape.len());
        let (escape, behind) = escape.split_at_checked(length).unwrap_or((escape, ""));
        match percent_decode_str(escape).decode_utf8() {
            Ok(plain) if plain.len() == 1 && ":/?@!$'()*,;".contains(&*plain) => {
                text.push_str(&plain);
            }
            _ => text.push_str(escape),
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_come_and_go() {
        let cases = [
            ("https://a.example/p?q=1", Some("https://a.example:443/p?q=1"), None),
            ("http://a.example", Some("http://a.example:80"), None),
            ("https://a:8443/p", Some("https://a:8443/p"), Some("https://a/p")),
            ("https://[::1]:1/p", Some("https://[::1]:1/p"), Some("https://[::1]/p")),
            ("https://[::1]/p", Some("https://[::1]:443/p"), None),
            ("/p?q=a:1", None, None),
        ];
        for (url, with, without) in cases {
            assert_eq!(with_port(url).as_deref(), with, "{url}");
            assert_eq!(without_port(url).as_deref(), without, "{url}");
        }
    }

    #[test]
    fn only_the_listed_characters_are_decoded() {
        for (url, text) in [
            ("https://a/b%3Ac%2Fd%40%2a", "https://a/b:c/d@*"),
            ("https://a/%20%25%C3%A9%", "https://a/%20%25%C3%A9%"),
            ("https://a/%3A%é", "https://a/:%é"),
        ] {
            assert_eq!(decoded(url), text);
        }
    }

    #[test]
    fn every_value_of_a_query_parameter_is_found() {
        let cases: [(&str, &[&str]); 4] = [
            ("https://a/?x=1&y=2", &["2"]),
            ("https://a/?y=1&y=2", &["1", "2"]),
            ("https://a/y=2", &[]),
            ("https://a/?xy=2&y", &[]),
        ];
        for (url, values) in cases {
            assert_eq!(query(url, "y").collect::<Vec<_>>(), values, "{url}");
        }
    }
}
