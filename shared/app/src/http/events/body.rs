//! An answer that grows while a run goes on.

use std::convert::Infallible;

use futures::stream;
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Bytes, Frame};
use lambda_http::{
    Body, Response,
    http::{HeaderName, HeaderValue, header},
};

use super::{request::MEDIA_TYPE, write::write};
use crate::{
    http::respond,
    runs::Follower,
    telemetry::{Event, Outcome},
};

/// The body of an answer that may be a stream.
pub type StreamedBody = UnsyncBoxBody<Bytes, lambda_http::Error>;

/// What a request gets that may ask for events.
pub enum Reply<A> {
    /// An answer.
    Whole(A),
    /// What happens to a run.
    Events(Events),
}

/// A run as it happens.
pub struct Events {
    /// Who is told.
    pub follower: Box<Follower>,
    /// Whether an earlier call with the same idempotency key had started the run.
    pub replayed: bool,
}

/// What has happened goes out together, up to about this many bytes.
const FRAME_BYTES: usize = 16 * 1024;

/// No cache may keep a stream, and no proxy may hold it back to send it in larger pieces.
pub(super) const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, MEDIA_TYPE),
    (header::CACHE_CONTROL, "no-cache"),
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

/// An answer that is there as a whole.
#[must_use]
pub fn whole(response: Response<Body>) -> Response<StreamedBody> {
    response.map(BodyExt::boxed_unsync)
}

impl<A> Reply<A> {
    /// The stream, or else what the request gets as a whole.
    pub(crate) fn split<E>(result: Result<Self, E>) -> Result<Events, Result<A, E>> {
        match result {
            Ok(Self::Events(events)) => Ok(events),
            Ok(Self::Whole(answer)) => Err(Ok(answer)),
            Err(error) => Err(Err(error)),
        }
    }
}

impl Events {
    /// What a caller gets who started a run and follows it.
    #[must_use]
    pub fn of_start((follower, replayed): (Follower, bool)) -> Self {
        Self { follower: Box::new(follower), replayed }
    }

    /// The answer, which ends the request's event with its last byte.
    pub(crate) fn write(self, event: Event) -> Response<StreamedBody> {
        let Self { follower, replayed } = self;
        let frames = stream::unfold((follower, event), async |(mut follower, event)| {
            let Some(first) = follower.next().await else {
                event.end(Outcome::Answered(200)).await;
                return None;
            };
            let mut text = write(follower.run(), first);
            while text.len() < FRAME_BYTES
                && let Some(more) = follower.ready()
            {
                text.push_str(&write(follower.run(), more));
            }
            Some((Ok::<_, Infallible>(Frame::data(Bytes::from(text))), (follower, event)))
        });
        let body = StreamBody::new(frames).map_err(|never| match never {}).boxed_unsync();
        let mut response = Response::new(body);
        for (name, value) in HEADERS {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        if replayed {
            respond::mark_replayed(&mut response);
        }
        response
    }
}
