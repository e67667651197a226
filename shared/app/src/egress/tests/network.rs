//! A small internet on one machine: names with the addresses a test gives them, and public addresses that lead to
//! listeners on loopback. The guard judges the addresses; only what it lets through is led anywhere.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;

use super::server::Server;
use crate::egress::resolver::Names;
use crate::egress::{Egress, Error, Policy, Redirects, Request, Response};

/// Names, and where their addresses lead.
#[derive(Default)]
pub(in crate::egress) struct Network {
    names: HashMap<&'static str, Vec<IpAddr>>,
    listeners: HashMap<IpAddr, SocketAddr>,
    lookups: AtomicUsize,
}

impl Network {
    /// One server, known as `public.test`.
    pub(super) fn of(server: &Server) -> Self {
        Self::default().name("public.test", &["8.8.8.8"]).listener("8.8.8.8", server.address)
    }

    pub(super) fn name(mut self, name: &'static str, addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|ip| ip.parse().unwrap()).collect();
        self.names.insert(name, addresses);
        self
    }

    pub(super) fn listener(mut self, ip: &str, address: SocketAddr) -> Self {
        self.listeners.insert(ip.parse().unwrap(), address);
        self
    }

    pub(super) fn egress(self) -> Egress {
        self.egress_with(Policy::default())
    }

    pub(super) fn egress_with(self, policy: Policy) -> Egress {
        Egress::with_names(policy, Names::Table(Arc::new(self)))
    }

    pub(in crate::egress) fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let found = self.names.get(name).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(in crate::egress) fn endpoint(&self, ip: IpAddr) -> SocketAddr {
        let listener = self.listeners.get(&ip).copied();
        listener.unwrap_or(SocketAddr::new(ip, 0))
    }

    pub(super) fn lookup_count(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

pub(super) fn get(url: &str) -> Request {
    Request {
        method: Method::GET,
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        timeout: Duration::from_secs(20),
        redirects: Redirects::Follow,
    }
}

pub(super) fn post(url: &str, body: &'static str) -> Request {
    Request { method: Method::POST, body: Some(body.into()), ..get(url) }
}

pub(super) fn with_headers(request: Request, headers: &[(&str, &str)]) -> Request {
    let headers =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { headers, ..request }
}

pub(super) fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let found = response.headers.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

/// The error's message and those of its sources, as a log would have them.
pub(super) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(current) = source {
        text = format!("{text}: {current}");
        source = current.source();
    }
    text
}
