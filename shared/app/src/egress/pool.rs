//! The two connection pools, one for http and one for https, over one connector whose resolver is guarded.
//!
//! There are two because the one for https is built when the first https request is sent: a cold start that calls
//! nothing, or only http, pays nothing for TLS.
//!
//! The roots are Mozilla's, compiled in (`webpki-roots`), not the machine's. Reading the machine's store means parsing
//! more than a hundred certificates on a cold start, ties the function to what its base image happens to contain,
//! and obeys `SSL_CERT_FILE`; the compiled-in list costs no I/O and is the same everywhere. The price: a private
//! authority is not trusted, and a change in Mozilla's list arrives with the next build.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::Scheme;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use tokio::sync::OnceCell;

use super::resolver::Resolver;

type Plain = HttpConnector<Resolver>;
type Encrypted = HttpsConnector<HttpConnector<Resolver>>;
type Body = Full<Bytes>;

/// Shorter than the minute after which common servers and load balancers close an idle connection: a request written
/// to a connection that is closing has an unknown outcome.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The connections to every host, by (scheme, host, port).
pub(super) struct Pools {
    connector: Plain,
    plain: Client<Plain, Body>,
    encrypted: OnceCell<Client<Encrypted, Body>>,
}

impl Pools {
    pub(super) fn new(resolver: Resolver, connect_timeout: Duration) -> Self {
        let mut connector = HttpConnector::new_with_resolver(resolver);
        connector.set_connect_timeout(Some(connect_timeout));
        connector.set_nodelay(true);
        Self { plain: client(connector.clone()), encrypted: OnceCell::new(), connector }
    }

    /// Starts the request on a pooled connection or a new one.
    pub(super) async fn start(
        &self,
        request: http::Request<Body>,
    ) -> Result<ResponseFuture, rustls::Error> {
        if request.uri().scheme() != Some(&Scheme::HTTPS) {
            return Ok(self.plain.request(request));
        }
        let client = self
            .encrypted
            .get_or_try_init(async || trust_mozilla().map(|config| self.encrypted(config)))
            .await?;
        Ok(client.request(request))
    }

    fn encrypted(&self, config: ClientConfig) -> Client<Encrypted, Body> {
        let mut connector = self.connector.clone();
        connector.enforce_http(false);
        client(
            HttpsConnectorBuilder::new()
                .with_tls_config(config)
                .https_only()
                .enable_http1()
                .wrap_connector(connector),
        )
    }

    #[cfg(test)]
    pub(super) fn trust(&self, config: ClientConfig) {
        self.encrypted.set(self.encrypted(config)).unwrap();
    }
}

fn trust_mozilla() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_webpki_roots()
        .with_no_client_auth())
}

fn client<C: Connect + Clone>(connector: C) -> Client<C, Body> {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build(connector)
}
