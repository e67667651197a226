//! An answer's way from the function to the connection. The function's side is read to its end whatever becomes of
//! the client, as Lambda does.

use std::convert::Infallible;

use futures::stream;
use http_body_util::{BodyExt as _, Collected, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Body, Bytes, Frame};
use lambda_http::Response;
use tokio::sync::{mpsc, oneshot};

/// What a connection sends.
pub(super) type Outgoing = UnsyncBoxBody<Bytes, Infallible>;

/// Pieces of a stream that wait for a slow client. The function waits for those behind them.
const WAITING_FRAMES: usize = 16;

/// Hands a function's answer to who waits for it: all of it at once where it is there, else its beginning, and
/// then one piece after another.
pub(super) async fn pass_on<B>(response: Response<B>, caller: oneshot::Sender<Response<Outgoing>>)
where
    B: Body<Data = Bytes> + Unpin,
{
    let (head, mut body) = response.into_parts();
    if body.is_end_stream() || body.size_hint().exact().is_some() {
        let bytes = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        // The client may be gone by now. The function does not learn of that, as on AWS.
        let _ = caller.send(Response::from_parts(head, Full::new(bytes).boxed_unsync()));
        return;
    }
    let (sender, receiver) = mpsc::channel(WAITING_FRAMES);
    let frames = stream::unfold(receiver, async |mut receiver| {
        let frame: Frame<Bytes> = receiver.recv().await?;
        Some((Ok(frame), receiver))
    });
    let _ = caller.send(Response::from_parts(head, StreamBody::new(frames).boxed_unsync()));
    while let Some(Ok(frame)) = body.frame().await {
        let _ = sender.send(frame).await;
    }
}
