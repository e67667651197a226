//! SDK clients that reach the tables without a socket.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region};

use super::dispatch;
use super::store::Store;
use crate::in_process::{Answer, Recorder, Service, http_client};

impl Service for Store {
    const NAME: &'static str = "dynamodb";

    async fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        dispatch::answer(self, operation, body).await
    }
}

/// A client of these tables, with the retries and checks that it has against AWS.
#[must_use]
pub fn client(store: &Store) -> Client {
    build(store, None)
}

/// Like [`client`]; `recorder` notes each request.
#[must_use]
pub fn recorded_client(store: &Store, recorder: Recorder) -> Client {
    build(store, Some(recorder))
}

fn build(store: &Store, recorder: Option<Recorder>) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url("http://localhost")
        .http_client(http_client(store.clone(), recorder))
        .build();
    Client::from_conf(config)
}
