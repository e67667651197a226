//! SDK configurations whose clients reach the bucket without a socket.

use aws_sdk_s3::config::{BehaviorVersion, Config, Region, StalledStreamProtectionConfig};
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::body::Bytes;

use super::dispatch;
use super::objects::Objects;
use crate::in_process::Recorder;

/// A configuration for clients of this bucket, with the retries that they have against AWS; only signatures and
/// checksums are left out.
#[must_use]
pub fn config(objects: &Objects) -> Config {
    build(objects, None)
}

/// Like [`config`]; `recorder` notes each request.
#[must_use]
pub fn recorded_config(objects: &Objects, recorder: Recorder) -> Config {
    build(objects, Some(recorder))
}

fn build(objects: &Objects, recorder: Option<Recorder>) -> Config {
    let connector = SharedHttpConnector::new(Connector { objects: objects.clone(), recorder });
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .force_path_style(true)
        .allow_no_auth()
        .auth_scheme_preference([AuthSchemeId::from("noAuth")])
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .endpoint_url("http://localhost")
        .http_client(http_client_fn(move |_settings, _components| connector.clone()))
        .build()
}

#[derive(Clone, Debug)]
struct Connector {
    objects: Objects,
    recorder: Option<Recorder>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { objects, recorder } = self.clone();
        HttpConnectorFuture::new(async move {
            if let Some(recorder) = recorder {
                recorder.note("s3", operation(&request));
            }
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (parts, body) = request.into_parts();
            let body = body.bytes().map(Bytes::copy_from_slice).ok_or_else(|| {
                ConnectorError::user(
                    "a streamed body does not reach the bucket of this process".into(),
                )
            })?;
            let request = http::Request::from_parts(parts, body);
            let answer = dispatch::answer(&objects, request).await.map(SdkBody::from);
            HttpResponse::try_from(answer)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The operation's name. Only of the commonest does the SDK tell it.
fn operation(request: &HttpRequest) -> &str {
    let named = request.uri().split(['?', '&']).find_map(|part| part.strip_prefix("x-id="));
    named.unwrap_or_else(|| request.method())
}
