//! The SDK clients that functions use; of S3 and Parameter Store what they are made from,
//! because few ever need it.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config as dynamodb_config;
use aws_sdk_s3::config as s3_config;
use aws_sdk_scheduler::config as scheduler_config;
use aws_sdk_sqs::config as sqs_config;
use aws_sdk_ssm::config as ssm_config;

use super::{Endpoints, Options, Transport};
use crate::{dynamodb, s3, sqs, ssm};

/// The Region and the account that the embedded services play are not looked at; any would do.
pub(super) const REGION: &str = "eu-central-1";

pub(super) fn dynamodb(
    options: &Options,
    tables: &dynamodb::Store,
    endpoints: &Endpoints,
) -> aws_sdk_dynamodb::Client {
    match (&options.transport, &options.recorder) {
        (Transport::InProcess, None) => dynamodb::client(tables),
        (Transport::InProcess, Some(recorder)) => {
            dynamodb::recorded_client(tables, recorder.clone())
        }
        (Transport::Sockets { dynamodb, .. }, _) => {
            dynamodb_at(dynamodb.as_ref().unwrap_or(&endpoints.dynamodb_url))
        }
    }
}

pub(super) fn sqs(
    options: &Options,
    queues: &sqs::Engine,
    endpoints: &Endpoints,
) -> aws_sdk_sqs::Client {
    match (&options.transport, &options.recorder) {
        (Transport::InProcess, None) => sqs::client(queues),
        (Transport::InProcess, Some(recorder)) => sqs::recorded_client(queues, recorder.clone()),
        (Transport::Sockets { sqs, .. }, _) => sqs_at(sqs.as_ref().unwrap_or(&endpoints.sqs_url)),
    }
}

pub(super) fn s3(
    options: &Options,
    objects: &s3::Objects,
    endpoints: &Endpoints,
) -> aws_sdk_s3::Config {
    match (&options.transport, &options.recorder) {
        (Transport::InProcess, None) => s3::config(objects),
        (Transport::InProcess, Some(recorder)) => s3::recorded_config(objects, recorder.clone()),
        (Transport::Sockets { s3, .. }, _) => s3_at(s3.as_ref().unwrap_or(&endpoints.s3_url)),
    }
}

pub(super) fn ssm(
    options: &Options,
    parameters: &ssm::Parameters,
    endpoints: &Endpoints,
) -> aws_sdk_ssm::Config {
    match (&options.transport, &options.recorder) {
        (Transport::InProcess, None) => ssm::config(parameters),
        (Transport::InProcess, Some(recorder)) => {
            ssm::recorded_config(parameters, recorder.clone())
        }
        (Transport::Sockets { ssm, .. }, _) => ssm_at(ssm.as_ref().unwrap_or(&endpoints.ssm_url)),
    }
}

/// A client of tables behind a socket.
pub(super) fn dynamodb_at(url: &str) -> aws_sdk_dynamodb::Client {
    let config = dynamodb_config::Config::builder()
        .behavior_version(dynamodb_config::BehaviorVersion::latest())
        .region(dynamodb_config::Region::from_static(REGION))
        .credentials_provider(credentials())
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// A client of queues behind a socket.
pub(super) fn sqs_at(url: &str) -> aws_sdk_sqs::Client {
    let config = sqs_config::Config::builder()
        .behavior_version(sqs_config::BehaviorVersion::latest())
        .region(sqs_config::Region::from_static(REGION))
        .credentials_provider(credentials())
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// What makes a client of a bucket behind a socket.
pub(super) fn s3_at(url: &str) -> aws_sdk_s3::Config {
    s3_config::Config::builder()
        .behavior_version(s3_config::BehaviorVersion::latest())
        .region(s3_config::Region::from_static(REGION))
        .credentials_provider(credentials())
        .force_path_style(true)
        .request_checksum_calculation(s3_config::RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(s3_config::ResponseChecksumValidation::WhenRequired)
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// What makes a client of parameters behind a socket.
pub(super) fn ssm_at(url: &str) -> aws_sdk_ssm::Config {
    ssm_config::Config::builder()
        .behavior_version(ssm_config::BehaviorVersion::latest())
        .region(ssm_config::Region::from_static(REGION))
        .credentials_provider(credentials())
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// A client of schedules behind a socket.
pub(super) fn scheduler_at(url: &str) -> aws_sdk_scheduler::Client {
    let config = scheduler_config::Config::builder()
        .behavior_version(scheduler_config::BehaviorVersion::latest())
        .region(scheduler_config::Region::from_static(REGION))
        .credentials_provider(credentials())
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_scheduler::Client::from_conf(config)
}

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "local")
}
