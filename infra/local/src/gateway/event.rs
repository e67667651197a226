//! From an HTTP request to the REST proxy event, and from there to what a function's handler takes.

use std::{collections::HashMap, net::SocketAddr};

use aws_lambda_events::{
    apigw::{ApiGatewayProxyRequest, ApiGatewayProxyRequestContext, ApiGatewayRequestIdentity},
    query_map::QueryMap,
};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{HOST, USER_AGENT},
    request::Parts,
};
use lambda_http::{Body, Request, request::LambdaRequest};
use shared::model::Timestamp;
use uuid::Uuid;

use super::route::Matched;

/// The stage that the gateway plays. As on AWS it shows in the event's context, and in the URI of
/// the handler's request, but not in the event's path.
const STAGE: &str = "local";

/// The request as `lambda_http` makes it of the event.
///
/// The body does not go through base64, although it does on AWS, where it is declared as binary
/// whatever its type: four thirds of the bytes written and read again cost more than all the rest.
pub(super) fn request(event: ApiGatewayProxyRequest, body: Vec<u8>) -> Request {
    let mut request = Request::from(LambdaRequest::ApiGatewayV1(event));
    if !body.is_empty() {
        *request.body_mut() = Body::Binary(body);
    }
    request
}

/// The event, but for its body.
pub(super) fn event(
    head: &Parts,
    matched: Matched,
    peer: SocketAddr,
    port: u16,
    now: Timestamp,
) -> ApiGatewayProxyRequest {
    let multi_value_headers = all_headers(&head.headers, peer, port);
    let mut headers = HeaderMap::with_capacity(multi_value_headers.len());
    for (name, value) in &multi_value_headers {
        headers.insert(name, value.clone());
    }
    let query = head.uri.query().unwrap_or_default();
    let multi_value_query: QueryMap = query.parse().unwrap_or_default();
    let resource = matched.route.resource.to_owned();

    let mut event = ApiGatewayProxyRequest::default();
    event.resource = Some(resource.clone());
    event.path = Some(head.uri.path().to_owned());
    event.http_method = head.method.clone();
    event.query_string_parameters = last_values(&multi_value_query);
    event.multi_value_query_string_parameters = multi_value_query;
    event.path_parameters = matched.parameters;
    event.request_context = context(head, &headers, resource, peer, now);
    event.headers = headers;
    event.multi_value_headers = multi_value_headers;
    event
}

fn context(
    head: &Parts,
    headers: &HeaderMap,
    resource: String,
    peer: SocketAddr,
    now: Timestamp,
) -> ApiGatewayProxyRequestContext {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut identity = ApiGatewayRequestIdentity::default();
    identity.source_ip = Some(peer.ip().to_string());
    identity.user_agent = text(USER_AGENT);

    let mut context = ApiGatewayProxyRequestContext::default();
    context.account_id = Some("000000000000".to_owned());
    context.apiid = Some(STAGE.to_owned());
    context.stage = Some(STAGE.to_owned());
    context.domain_name = text(HOST);
    context.request_id = Some(Uuid::now_v7().to_string());
    context.protocol = Some(format!("{:?}", head.version));
    context.identity = identity;
    context.resource_path = Some(resource);
    context.path = Some(format!("/{STAGE}{}", head.uri.path()));
    context.http_method = head.method.clone();
    context.request_time_epoch = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
    context
}

/// The client's headers, and those that the gateway sets itself, whatever the client says.
fn all_headers(received: &HeaderMap, peer: SocketAddr, port: u16) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(received.len() + 3);
    for (name, value) in received {
        headers.append(name, text_value(value));
    }
    headers.insert(HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("http"));
    headers.insert(HeaderName::from_static("x-forwarded-port"), HeaderValue::from(port));
    if let Ok(address) = peer.ip().to_string().parse() {
        headers.insert(HeaderName::from_static("x-forwarded-for"), address);
    }
    headers
}

/// An event is JSON, so a value that is not UTF-8 is read as what it is then: ISO 8859-1 (RFC 9110,
/// section 5.5).
fn text_value(value: &HeaderValue) -> HeaderValue {
    let bytes = value.as_bytes();
    if std::str::from_utf8(bytes).is_ok() {
        return value.clone();
    }
    let text: String = bytes.iter().copied().map(char::from).collect();
    HeaderValue::from_bytes(text.as_bytes()).unwrap_or_else(|_| value.clone())
}

fn last_values(query: &QueryMap) -> QueryMap {
    let last: HashMap<_, _> =
        query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    QueryMap::from(last)
}
