//! Which URLs may be requested. A [`Target`] that exists has passed the check; nothing else can be sent.
//!
//! Names are only judged by their spelling here. Where they lead is the resolver's to judge, when it opens a connection.

use std::net::IpAddr;

use http::Uri;
use url::{Host, Position, Url};

use super::address;
use super::error::{Error, ErrorKind};

/// A URL that may be requested.
#[derive(Clone)]
pub(super) struct Target {
    url: Url,
    uri: Uri,
}

impl Target {
    pub(super) fn parse(text: &str, allow_private: bool) -> Result<Self, Error> {
        let url = Url::parse(text).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, "the URL is not valid").with_source(error)
        })?;
        Self::admit(url, allow_private)
    }

    /// The target of a redirect, which may be relative to this one.
    pub(super) fn join(&self, location: &str, allow_private: bool) -> Result<Self, Error> {
        let url = self.url.join(location).map_err(|error| {
            let message = format!("`{}` redirects to something that is no URL", self.host());
            Error::new(ErrorKind::Protocol, message).with_source(error)
        })?;
        Self::admit(url, allow_private)
    }

    fn admit(url: Url, allow_private: bool) -> Result<Self, Error> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Error::new(
                ErrorKind::Refused,
                format!("only http and https are allowed, not `{}`", url.scheme()),
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::new(
                ErrorKind::Refused,
                "the URL carries a user name or password; send an `authorization` header",
            ));
        }
        let denied = match url.host() {
            Some(Host::Domain(name)) => (is_localhost(name) && !allow_private)
                .then_some("the local machine's names (RFC 6761)"),
            Some(Host::Ipv4(ip)) => address::denied(IpAddr::V4(ip), allow_private),
            Some(Host::Ipv6(ip)) => address::denied(IpAddr::V6(ip), allow_private),
            None => return Err(Error::new(ErrorKind::InvalidRequest, "the URL has no host")),
        };
        if let Some(range) = denied {
            let host = url.host_str().unwrap_or_default();
            return Err(Error::new(
                ErrorKind::Refused,
                format!("`{host}` is not allowed: it is in {range}"),
            ));
        }
        let uri = url[..Position::AfterQuery].parse::<Uri>().map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, "the URL cannot be sent").with_source(error)
        })?;
        // The check above read one parser's host and the connector will read the other's. Two parsers that disagree
        // about a host are how such guards are passed.
        if uri.host() != url.host_str() {
            return Err(Error::new(ErrorKind::InvalidRequest, "the URL's host is ambiguous"));
        }
        Ok(Self { url, uri })
    }

    /// Refuses what others could read on its way.
    pub(super) fn expect_encrypted(&self, allow_private: bool) -> Result<(), Error> {
        let is_here = match self.url.host() {
            Some(Host::Domain(name)) => is_localhost(name),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if self.url.scheme() == "https" || (is_here && allow_private) {
            return Ok(());
        }
        let message = format!("`{}` is to be reached by https only", self.host());
        Err(Error::new(ErrorKind::Refused, message))
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(super) fn has_origin_of(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    pub(super) fn into_url(self) -> String {
        self.url.into()
    }
}

/// `localhost` and everything below it, with or without the root's dot (RFC 6761 §6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}
