//! Connections.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use hyper::{
    body::{Body, Bytes},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use lambda_http::{Request, Response};
use shared::{clock::Clock, http::routes::Function};
use tokio::net::{TcpListener, TcpStream};

use crate::invoke::{Stop, Tasks};

/// How long no connection is accepted after one could not be, as when the process has too many
/// files open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The gateway in front of the functions that `H` calls.
#[derive(Clone)]
pub(crate) struct Gateway<H> {
    /// Calls a function.
    pub(crate) handler: H,
    /// Dates the events.
    pub(crate) clock: Clock,
    /// The calls that are under way; they outlive their connections.
    pub(crate) invocations: Tasks,
}

impl<H, F, B> Gateway<H>
where
    H: Fn(Function, Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes, Error: Send> + Send + Unpin + 'static,
{
    /// Serves `listener` until `stop`, after which `connections` end with the answer in hand.
    pub(crate) async fn serve(self, listener: TcpListener, connections: Tasks, mut stop: Stop) {
        loop {
            let accepted = tokio::select! {
                () = stop.requested() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(self.clone().connection(stream, peer, stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(error = %error, "A connection was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn connection(self, stream: TcpStream, peer: SocketAddr, mut stop: Stop) {
        // An answer is one write; held back for more, it would wait for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let port = stream.local_addr().map_or(0, |address| address.port());
        let answer = async |request| Ok::<_, Infallible>(self.answer(request, peer, port).await);
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::pin!(connection);
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = stop.requested() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            tracing::debug!(error = %error, "A connection broke");
        }
    }
}
