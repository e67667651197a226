//! Sends a request, hop by hop, and keeps the connections.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use tokio::time::{Instant, timeout, timeout_at};

use super::body;
use super::error::{self, Error, ErrorKind};
use super::headers;
use super::incoming::IncomingAnswer;
use super::pool::Pools;
use super::redirect;
use super::request::{Outgoing, Redirects, Request};
use super::resolver::{Names, Resolver};
use super::response::Response;

/// What outgoing requests may do.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Whether loopback and private networks may be targets, as a stack on the developer's own machine needs. Link-local
    /// addresses, and with them the metadata services, stay refused.
    pub allow_private_targets: bool,
    /// The most a body may have, in bytes, both as received and as decoded.
    ///
    /// 6 MiB by default: what a Lambda function can take in or hand out in one piece (Lambda quotas, "invocation
    /// payload"), so a larger result could not leave the run anyway.
    pub max_response_bytes: usize,
    /// How many redirects are followed; 3 by default.
    pub max_redirects: u8,
    /// How long a TCP connection may take, shared by the addresses of a name; 10 s by default.
    pub connect_timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_private_targets: false,
            max_response_bytes: 6 * 1024 * 1024,
            max_redirects: 3,
            connect_timeout: Duration::from_secs(10),
        }
    }
}

/// The way out. Clones share their connections.
#[derive(Clone)]
pub struct Egress {
    inner: Arc<Inner>,
}

struct Inner {
    policy: Policy,
    pools: Pools,
}

/// How far a request has come, for [`Error::outcome_unknown`].
#[derive(Default)]
struct Progress {
    redirected: bool,
    connection: Option<CaptureConnection>,
}

impl Progress {
    fn may_have_arrived(&self) -> bool {
        let connected = |capture: &CaptureConnection| capture.connection_metadata().is_some();
        self.redirected || self.connection.as_ref().is_some_and(connected)
    }
}

impl Egress {
    /// Opens nothing and reads nothing; TLS is set up by the first https request.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self::with_names(policy, Names::System)
    }

    pub(super) fn with_names(policy: Policy, names: Names) -> Self {
        let resolver = Resolver::new(policy.allow_private_targets, names);
        let pools = Pools::new(resolver, policy.connect_timeout);
        Self { inner: Arc::new(Inner { policy, pools }) }
    }

    #[cfg(test)]
    pub(super) fn trust(&self, config: rustls::ClientConfig) {
        self.inner.pools.trust(config);
    }

    /// Sends the request and waits for the whole answer, whatever its status.
    ///
    /// Dropping the future closes the connection; the server may have received the request by then.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]. A retry is safe where [`Error::outcome_unknown`] is false; where it is true only under the same
    /// `Idempotency-Key`, or where the method is idempotent. `InvalidRequest` and `Refused` stay what they are.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        self.exchange_whole(request, self.inner.policy.max_response_bytes).await
    }

    /// Gets what lies at a URL, of this size at most, as [`Redirects::FollowEncrypted`] says. Of any status.
    ///
    /// # Errors
    ///
    /// As [`Egress::send`]; a retry is safe.
    pub async fn fetch(
        &self,
        url: &str,
        max_bytes: usize,
        timeout: Duration,
    ) -> Result<Response, Error> {
        let request = Request {
            method: Method::GET,
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
            timeout,
            redirects: Redirects::FollowEncrypted,
        };
        self.exchange_whole(request, max_bytes).await
    }

    async fn exchange_whole(&self, request: Request, max_bytes: usize) -> Result<Response, Error> {
        let mut progress = Progress::default();
        let limit = request.timeout;
        let whole = async {
            let (outgoing, answer) = self.follow(request, &mut progress).await?;
            self.receive(outgoing, answer, max_bytes).await
        };
        let result = match timeout(limit, whole).await {
            Ok(result) => result,
            Err(_) => {
                Err(Error::new(ErrorKind::Timeout, format!("no whole answer within {limit:?}")))
            }
        };
        result.map_err(|error| error.with_outcome_unknown(progress.may_have_arrived()))
    }

    /// Sends the request and waits for the answer's status and headers; its body is read while it comes, by the same
    /// moment.
    ///
    /// # Errors
    ///
    /// As [`Egress::send`], and [`ErrorKind::Protocol`] where the body has a coding: nothing here decodes it.
    pub async fn open(&self, request: Request) -> Result<IncomingAnswer, Error> {
        let (mut progress, limit) = (Progress::default(), request.timeout);
        let ends_at = Instant::now() + limit;
        let result = match timeout_at(ends_at, self.follow(request, &mut progress)).await {
            Ok(result) => result.and_then(|(outgoing, answer)| {
                let (parts, body) = answer.into_parts();
                let host = outgoing.target.host().to_owned();
                if body::is_coded(&parts.headers) {
                    let message = format!("`{host}` answers in a coding that was not asked for");
                    return Err(Error::new(ErrorKind::Protocol, message));
                }
                let head = (parts.status.as_u16(), headers::incoming(&parts.headers, false));
                Ok(IncomingAnswer::new(head, body, host, ends_at))
            }),
            Err(_) => Err(Error::new(ErrorKind::Timeout, format!("no answer within {limit:?}"))),
        };
        result.map_err(|error| error.with_outcome_unknown(progress.may_have_arrived()))
    }

    async fn follow(
        &self,
        request: Request,
        progress: &mut Progress,
    ) -> Result<(Outgoing, http::Response<Incoming>), Error> {
        let policy = &self.inner.policy;
        let redirects = request.redirects;
        let mut outgoing = Outgoing::new(request, policy.allow_private_targets)?;
        let mut redirect_count = 0;
        loop {
            if redirects == Redirects::FollowEncrypted {
                outgoing.target.expect_encrypted(policy.allow_private_targets)?;
            }
            let answer = self.exchange(&outgoing, progress).await?;
            let location = redirect::location(answer.status(), answer.headers());
            let Some(location) = location.filter(|_| redirects != Redirects::Return) else {
                return Ok((outgoing, answer));
            };
            if redirect_count == policy.max_redirects {
                let message = format!("more than {} redirects", policy.max_redirects);
                return Err(Error::new(ErrorKind::TooManyRedirects, message));
            }
            redirect_count += 1;
            progress.redirected = true;
            outgoing = redirect::follow(
                outgoing,
                answer.status(),
                location,
                policy.allow_private_targets,
            )?;
        }
    }

    async fn exchange(
        &self,
        outgoing: &Outgoing,
        progress: &mut Progress,
    ) -> Result<http::Response<Incoming>, Error> {
        let mut request = outgoing.to_http();
        progress.connection = Some(capture_connection(&mut request));

        let started = self.inner.pools.start(request).await.map_err(|error| {
            Error::new(ErrorKind::Connect, "TLS cannot be set up").with_source(error)
        })?;
        started.await.map_err(|error| {
            if error::never_started(&error) {
                progress.connection = None;
            }
            Error::from_exchange(error, outgoing.target.host())
        })
    }

    async fn receive(
        &self,
        outgoing: Outgoing,
        answer: http::Response<Incoming>,
        max_bytes: usize,
    ) -> Result<Response, Error> {
        let (parts, incoming) = answer.into_parts();
        // Answers to `HEAD` and with status 304 name the coding of a body that they do not have.
        let gzip = body::is_gzip(&parts.headers) && !incoming.is_end_stream();
        let body = body::collect(incoming, gzip, max_bytes, outgoing.target.host()).await?;
        Ok(Response {
            status: parts.status.as_u16(),
            headers: headers::incoming(&parts.headers, gzip),
            body,
            final_url: outgoing.target.into_url(),
        })
    }
}
