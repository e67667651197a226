//! A model that says its first word at once, and is done: what is measured is the way of a token, not the model.

use std::{convert::Infallible, io};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const ANSWER: &str = concat!(
    r#"data: {"object":"chat.completion.chunk","model":"stub","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}"#,
    "\n\n",
    r#"data: {"object":"chat.completion.chunk","model":"stub","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
    "\n\ndata: [DONE]\n\n",
);

/// Serves until the runtime ends; the address to call it by.
pub(super) async fn serve() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base_url = format!("http://{}/v1", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let connection = http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service_fn(answer)));
        }
    });
    Ok(base_url)
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // A connection that is used again must have been read to its end.
    let _ = request.into_body().collect().await;
    let response = Response::builder().header(CONTENT_TYPE, "text/event-stream");
    Ok(response.body(ANSWER.into()).unwrap_or_default())
}
