//! SDK configurations whose clients reach the parameters without a socket.

use aws_sdk_ssm::config::{BehaviorVersion, Config, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;

use super::dispatch;
use super::parameters::Parameters;
use crate::in_process::{Answer, Recorder, Service, http_client};

impl Service for Parameters {
    const NAME: &'static str = "ssm";

    async fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        dispatch::answer(self, operation, body)
    }
}

/// A configuration for clients of these parameters, with the retries that they have against AWS; only signatures are
/// left out.
#[must_use]
pub fn config(parameters: &Parameters) -> Config {
    build(parameters, None)
}

/// Like [`config`]; `recorder` notes each request.
#[must_use]
pub fn recorded_config(parameters: &Parameters, recorder: Recorder) -> Config {
    build(parameters, Some(recorder))
}

fn build(parameters: &Parameters, recorder: Option<Recorder>) -> Config {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .allow_no_auth()
        .auth_scheme_preference([AuthSchemeId::from("noAuth")])
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .endpoint_url("http://localhost")
        .http_client(http_client(parameters.clone(), recorder))
        .build()
}
