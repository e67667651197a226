//! The tables on a socket, for SDKs and tools outside this process.

use std::io;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::store::Store;

/// Serves the tables on `listener` until `shutdown` is done and the requests in hand are answered. The emulator's own
/// server works through its requests on the thread it runs on, so it runs on one of its own, and goes on until
/// `shutdown` even if this future is dropped.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    store: Store,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.into_std()?;
    let (done, ended) = oneshot::channel();
    std::thread::Builder::new().name("tables-http".to_owned()).spawn(move || {
        // Nobody is told when the caller gave up waiting.
        drop(done.send(run(&store, listener, shutdown)));
    })?;
    ended.await.unwrap_or_else(|_| Err(io::Error::other("the server of the tables has ended")))
}

fn run(
    store: &Store,
    listener: std::net::TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        let served =
            dynoxide::server::serve_with_shutdown(listener, store.database().clone(), shutdown);
        served.await.map_err(io::Error::other)
    })
}
