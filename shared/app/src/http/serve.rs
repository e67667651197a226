//! Serves a function whose answers are streamed, as `lambda_http::run_with_streaming_response` does, but for the
//! connection that answers leave by. The runtime's own holds a small write back until the one before it has been
//! acknowledged (Nagle's algorithm), and the Runtime API's kernel puts that off for 40 ms: of an answer in several
//! writes, as streamed ones are, each waits that long. `ARCHITECTURE.md` has the whole story.

use std::{panic::AssertUnwindSafe, rc::Rc};

use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};
use http_body_util::{BodyStream, StreamBody};
use hyper::body::Frame;
use hyper_util::client::legacy::connect::HttpConnector;
use lambda_http::{
    Error, Request, RequestExt, Response,
    http::{HeaderValue, header::SET_COOKIE},
    lambda_runtime::{
        Diagnostic, LambdaEvent, LambdaInvocation, MetadataPrelude, Runtime, service_fn,
        tower::layer::layer_fn,
    },
    request::LambdaRequest,
};
use lambda_runtime_api_client::{PooledClient, body::Body, build_request};
use serde_json::Value;

/// Stands between the head of a streamed answer and its body (AWS Lambda developer guide, "Response streaming").
const DELIMITER: [u8; 8] = [0; 8];

/// By which Lambda knows an answer that comes too late from one to the invocation in hand.
const INVOCATION_ID: &str = "lambda-runtime-invocation-id";

/// Answers one invocation after another, each with the head and the body of what `handler` makes of its request.
///
/// # Errors
/// When the Runtime API cannot be reached: the process should end, and Lambda starts another.
pub async fn serve_streaming<F, A, B>(handler: F) -> Result<(), Error>
where
    F: Fn(Request) -> A,
    A: Future<Output = Response<B>>,
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Error>,
{
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = PooledClient::builder().with_pool_size(1).with_connector(connector).build();
    let (handler, client) = (Rc::new(handler), Rc::new(client));
    // The runtime fetches invocations; what it would answer them with is replaced whole.
    let replaced = service_fn(async |_: LambdaEvent<Value>| Ok::<_, Error>(Value::Null));
    Runtime::new(replaced)
        .layer(layer_fn(|_| {
            service_fn(|invocation| {
                let (handler, client) = (Rc::clone(&handler), Rc::clone(&client));
                async move { answer(&*handler, &client, invocation).await }
            })
        }))
        .run()
        .await
}

/// Answers one invocation. What is wrong with its event, and a panic of `handler`, is that invocation's error alone.
async fn answer<F, A, B>(
    handler: &F,
    client: &PooledClient,
    invocation: LambdaInvocation,
) -> Result<(), Error>
where
    F: Fn(Request) -> A,
    A: Future<Output = Response<B>>,
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Error>,
{
    let LambdaInvocation { parts, body, context } = invocation;
    let id = context.request_id.clone();
    let outcome = match serde_json::from_slice::<LambdaRequest>(&body) {
        Ok(event) => {
            let request = Request::from(event).with_lambda_context(context);
            // Nothing that the handler shares is left half done: its state is stored, not kept.
            let response = AssertUnwindSafe(handler(request)).catch_unwind().await;
            response.map_err(|_| ("Runtime.Panic", "the function panicked".to_owned()))
        }
        // Where in the event, not what stands there.
        Err(error) => Err((
            "Runtime.MalformedEvent",
            format!(
                "not a request of API Gateway: line {}, column {}",
                error.line(),
                error.column()
            ),
        )),
    };
    let mut request = match outcome {
        Ok(response) => streamed(&id, response)?,
        Err((kind, message)) => {
            tracing::error!(error = message, "An invocation failed");
            failed(&id, kind, message)?
        }
    };
    if let Some(invocation) = parts.headers.get(INVOCATION_ID) {
        request.headers_mut().insert(INVOCATION_ID, invocation.clone());
    }
    // An answer that does not arrive is that invocation's loss; a Runtime API that is gone ends the next poll.
    match client.call(request).await {
        Ok(taken) if taken.status().is_success() => {}
        Ok(taken) => {
            tracing::warn!(status = taken.status().as_u16(), "Lambda did not take an answer");
        }
        Err(error) => tracing::warn!(error, "An answer did not reach Lambda"),
    }
    Ok(())
}

fn streamed<B>(id: &str, response: Response<B>) -> Result<hyper::Request<Body>, Error>
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Error>,
{
    let (mut parts, body) = response.into_parts();
    let cookies = parts.headers.get_all(SET_COOKIE).iter();
    let cookies = cookies.map(|cookie| String::from_utf8_lossy(cookie.as_bytes()).into_owned());
    let cookies = cookies.collect();
    parts.headers.remove(SET_COOKIE);
    let mut head = serde_json::to_vec(&MetadataPrelude {
        status_code: parts.status,
        headers: parts.headers,
        cookies,
    })?;
    head.extend(DELIMITER);
    let head = stream::once(async { Ok(Frame::data(Bytes::from(head))) });
    let body = StreamBody::new(head.chain(BodyStream::new(body)));
    Ok(build_request()
        .method("POST")
        .uri(format!("/2018-06-01/runtime/invocation/{id}/response"))
        .header("lambda-runtime-function-response-mode", "streaming")
        .header("content-type", "application/vnd.awslambda.http-integration-response")
        .body(Body::new(body))?)
}

fn failed(
    id: &str,
    kind: &'static str,
    error_message: String,
) -> Result<hyper::Request<Body>, Error> {
    let diagnostic = Diagnostic { error_type: kind.to_owned(), error_message };
    Ok(build_request()
        .method("POST")
        .uri(format!("/2018-06-01/runtime/invocation/{id}/error"))
        .header("lambda-runtime-function-error-type", HeaderValue::from_static(kind))
        .body(Body::from(serde_json::to_vec(&diagnostic)?))?)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use http_body_util::BodyExt;
    use hyper::{body::Incoming, server::conn::http1, service::service_fn};
    use hyper_util::rt::TokioIo;
    use lambda_http::{Body as Answer, Context, http::StatusCode};
    use tokio::net::TcpListener;

    use super::*;

    /// What was posted: where to, with which id of the invocation, and what.
    type Posted = Arc<Mutex<Vec<(String, Option<HeaderValue>, Bytes)>>>;

    /// A Runtime API that takes whatever is posted, and a client for it.
    async fn runtime_api() -> (PooledClient, Posted) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let posted = Posted::default();
        let seen = Arc::clone(&posted);
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let take = service_fn(|request: hyper::Request<Incoming>| {
                let seen = Arc::clone(&seen);
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    let id = parts.headers.get(INVOCATION_ID).cloned();
                    seen.lock().unwrap().push((parts.uri.path().to_owned(), id, body));
                    Ok::<_, hyper::Error>(Response::new(String::new()))
                }
            });
            http1::Builder::new().serve_connection(TokioIo::new(stream), take).await.unwrap();
        });
        let endpoint = format!("http://{address}").parse().unwrap();
        (PooledClient::builder().with_endpoint(endpoint).build(), posted)
    }

    fn invocation(event: &str) -> LambdaInvocation {
        let (mut parts, ()) = Response::new(()).into_parts();
        parts.headers.insert(INVOCATION_ID, HeaderValue::from_static("7"));
        let mut context = Context::default();
        context.request_id = "id".to_owned();
        LambdaInvocation { parts, body: Bytes::from(event.to_owned()), context }
    }

    #[tokio::test]
    async fn an_answer_that_does_not_arrive_ends_nothing() {
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let endpoint = format!("http://{nobody}").parse().unwrap();
        let client = PooledClient::builder().with_endpoint(endpoint).build();
        let handler = async |_: Request| Response::new(Answer::Empty);
        answer(&handler, &client, invocation("{")).await.unwrap();
    }

    #[tokio::test]
    async fn an_invocation_gets_an_answer_and_what_is_wrong_with_one_is_its_own_error() {
        let (client, posted) = runtime_api().await;
        let handler = async |request: Request| {
            assert!(!request.uri().path().ends_with("/panic"));
            let body = Answer::from("one");
            let answer = Response::builder().status(StatusCode::ACCEPTED);
            answer.header("set-cookie", "a=b").header("x-a", "1").body(body).unwrap()
        };
        let event = include_str!("../../../../events/sync-trigger.json");
        let mut panicking: Value = serde_json::from_str(event).unwrap();
        panicking["path"] = "/panic".into();
        panicking["requestContext"]["path"] = "/panic".into();
        for event in ["{", &panicking.to_string(), event] {
            answer(&handler, &client, invocation(event)).await.unwrap();
        }
        let posted = posted.lock().unwrap();
        let of = |index: usize| {
            let (path, id, body) = &posted[index];
            assert_eq!(id.as_ref().unwrap(), "7");
            (path.as_str(), String::from_utf8(body.to_vec()).unwrap())
        };
        let (failed, answered) = (
            "/2018-06-01/runtime/invocation/id/error",
            "/2018-06-01/runtime/invocation/id/response",
        );
        assert_eq!(of(0).0, failed);
        assert!(of(0).1.contains("Runtime.MalformedEvent"));
        assert_eq!(of(1).0, failed);
        assert!(of(1).1.contains("Runtime.Panic"));
        assert_eq!(of(2).0, answered);
        let answer = of(2).1;
        let (head, body) = answer.split_once("\0\0\0\0\0\0\0\0").unwrap();
        let head: Value = serde_json::from_str(head).unwrap();
        assert_eq!(head["statusCode"], 202);
        assert_eq!(head["headers"], serde_json::json!({"x-a": "1"}));
        assert_eq!(head["cookies"], serde_json::json!(["a=b"]));
        assert_eq!(body, "one");
    }
}
