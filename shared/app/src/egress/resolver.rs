//! Names to addresses, all of them checked. Called by the connector, once for every connection to a named host.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use super::address;

/// Resolves a name, and refuses it if any of its addresses is not public.
#[derive(Clone)]
pub(super) struct Resolver {
    allow_private: bool,
    names: Names,
}

/// Where names are looked up.
#[derive(Clone)]
pub(super) enum Names {
    /// The operating system's resolver.
    System,
    /// A table, with a network behind it in which public addresses lead to listeners on loopback.
    #[cfg(test)]
    Table(std::sync::Arc<super::tests::Network>),
}

/// Why a name gave no addresses to connect to.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("an address is in {0}")]
    Denied(&'static str),
    #[error("the lookup failed")]
    Lookup(#[source] io::Error),
    #[error("the name has no address")]
    NoAddress,
}

impl Resolver {
    pub(super) fn new(allow_private: bool, names: Names) -> Self {
        Self { allow_private, names }
    }

    async fn resolve(self, name: Name) -> Result<vec::IntoIter<SocketAddr>, ResolveError> {
        let addresses = self.names.lookup(name.as_str()).await.map_err(ResolveError::Lookup)?;
        if addresses.is_empty() {
            return Err(ResolveError::NoAddress);
        }
        let denied = addresses.iter().find_map(|ip| address::denied(*ip, self.allow_private));
        if let Some(range) = denied {
            return Err(ResolveError::Denied(range));
        }
        let reachable: Vec<_> = addresses.into_iter().map(|ip| self.names.endpoint(ip)).collect();
        Ok(reachable.into_iter())
    }
}

impl Names {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::System => {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|endpoint| endpoint.ip()).collect())
            }
            #[cfg(test)]
            Self::Table(network) => network.lookup(name),
        }
    }

    /// Port 0 stands for the port of the URL, which the connector fills in.
    fn endpoint(&self, ip: IpAddr) -> SocketAddr {
        match self {
            Self::System => SocketAddr::new(ip, 0),
            #[cfg(test)]
            Self::Table(network) => network.endpoint(ip),
        }
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(self.clone().resolve(name))
    }
}
