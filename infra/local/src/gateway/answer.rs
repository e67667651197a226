//! One request, from its head to its answer.

use std::net::SocketAddr;

use http::{HeaderMap, header, request::Parts, uri::Authority};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Incoming};
use lambda_http::{Request, Response};
use shared::http::{
    gateway::{Refusal, refuse},
    routes::Function,
};
use tokio::sync::oneshot;
use url::Url;

use super::{
    body, event, route,
    server::Gateway,
    stream::{Outgoing, pass_on},
};

/// Request line and header values together (API Gateway quotas for REST APIs).
const MAX_HEAD_BYTES: usize = 10_240;

impl<H, F, B> Gateway<H>
where
    H: Fn(Function, Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes, Error: Send> + Send + Unpin + 'static,
{
    pub(super) async fn answer(
        &self,
        request: http::Request<Incoming>,
        peer: SocketAddr,
        port: u16,
    ) -> Response<Outgoing> {
        let (head, mut incoming) = request.into_parts();
        match self.forward(&head, &mut incoming, peer, port).await {
            Ok(response) => response,
            Err(refusal) => {
                // No function tells of it.
                tracing::debug!(refusal = ?refusal, "The gateway refused a request");
                // Whoever waits for permission to send the body gets the answer instead.
                if !head.headers.contains_key(header::EXPECT) {
                    body::discard(incoming).await;
                }
                refuse(&head.headers, refusal).map(to_bytes)
            }
        }
    }

    async fn forward(
        &self,
        head: &Parts,
        incoming: &mut Incoming,
        peer: SocketAddr,
        port: u16,
    ) -> Result<Response<Outgoing>, Refusal> {
        if head_bytes(head) > MAX_HEAD_BYTES {
            return Err(Refusal::HeadTooLarge);
        }
        if !has_usable_host(&head.headers) {
            return Err(Refusal::NoRoute);
        }
        let matched = route::find(head.uri.path()).ok_or(Refusal::NoRoute)?;
        let body = body::read(incoming).await.map_err(|unreadable| match unreadable {
            body::Unreadable::TooLarge => Refusal::BodyTooLarge,
            body::Unreadable::Broken => Refusal::BodyBroken,
        })?;
        let route = matched.route;
        let event = event::event(head, matched, peer, port, self.clock.now());
        let request = event::request(event, body);

        let (sender, answer) = oneshot::channel();
        let handled = (self.handler)(route.function, request);
        self.invocations.spawn(async move {
            pass_on(handled.await, sender).await;
        });
        // No answer comes from a function that panicked; its task has logged that.
        answer.await.map_err(|_| Refusal::FunctionFailed)
    }
}

fn head_bytes(head: &Parts) -> usize {
    let uri = head.uri.path_and_query().map_or(0, |path| path.as_str().len());
    head.headers.values().fold(uri + head.method.as_str().len(), |sum, value| sum + value.len())
}

/// The host becomes part of the URI that the function sees, so it must be one. On AWS the gateway
/// itself is found by its host, so another one never gets there.
fn has_usable_host(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get_all(header::HOST).iter().next_back() else { return true };
    let Ok(host) = host.to_str() else { return false };
    host.parse::<Authority>().is_ok() && Url::parse(&format!("http://{host}/")).is_ok()
}

fn to_bytes(body: lambda_http::Body) -> Outgoing {
    let bytes = match body {
        lambda_http::Body::Text(text) => Bytes::from(text),
        lambda_http::Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::default(),
    };
    Full::new(bytes).boxed_unsync()
}
