//! The tables on a socket, for SDKs and tools outside this process.

use tokio::net::TcpListener;

use super::store::Store;

/// Serves the tables on `listener` until `shutdown` is done and the requests in hand are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    store: Store,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    dynoxide::server::serve_with_shutdown(listener, store.database().clone(), shutdown)
        .await
        .map_err(std::io::Error::other)
}
