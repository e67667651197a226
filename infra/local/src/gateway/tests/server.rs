//! A gateway on a port of its own, with a function that the test gives.

use std::net::SocketAddr;

use lambda_http::{Body, Request, Response};
use shared::{clock::Clock, http::routes::Function};
use tokio::net::TcpListener;

use crate::{
    gateway::Gateway,
    invoke::{Stop, Stopper, Tasks},
};

/// A path that a function serves.
pub(super) const PATH: &str = "/trigger/ws/tr/DEV";

pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) connections: Tasks,
    pub(super) invocations: Tasks,
    pub(super) intake: Tasks,
    pub(super) stopper: Stopper,
}

pub(super) async fn serve<F>(
    handler: impl Fn(Function, Request) -> F + Clone + Send + Sync + 'static,
) -> Server
where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stopper, stop): (Stopper, Stop) = Stopper::new();
    let (connections, invocations, intake) = (Tasks::default(), Tasks::default(), Tasks::default());
    let gateway = Gateway { handler, clock: Clock::system(), invocations: invocations.clone() };
    intake.spawn(gateway.serve(listener, connections.clone(), stop));
    Server { address, connections, invocations, intake, stopper }
}

/// A function that answers with the body it got.
pub(super) async fn echo(_function: Function, request: Request) -> Response<Body> {
    Response::new(request.into_body())
}
