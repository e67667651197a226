//! What the tests share: queues, a clock to move, and both ways of reaching them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_credential_types::Credentials;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Region};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use tokio::net::TcpListener;

use crate::sqs::{Engine, Now, client, serve};

/// 2026-11-01 in milliseconds.
pub(super) const START_MS: u64 = 1_793_491_200_000;

#[derive(Clone)]
pub(super) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(START_MS)))
    }

    pub(super) fn pass(&self, duration_ms: u64) {
        self.0.fetch_add(duration_ms, Ordering::SeqCst);
    }

    pub(super) fn now(&self) -> Now {
        let clock = Arc::clone(&self.0);
        Arc::new(move || clock.load(Ordering::SeqCst))
    }
}

pub(super) struct Bed {
    pub(super) client: Client,
    pub(super) engine: Engine,
    pub(super) clock: Clock,
}

impl Bed {
    pub(super) fn pass(&self, duration_ms: u64) {
        self.clock.pass(duration_ms);
        self.engine.wake();
    }

    pub(super) async fn queue(
        &self,
        name: &str,
        attributes: &[(QueueAttributeName, &str)],
    ) -> String {
        let mut request = self.client.create_queue().queue_name(name);
        for (name, value) in attributes {
            request = request.attributes(name.clone(), *value);
        }
        request.send().await.unwrap().queue_url.unwrap()
    }

    pub(super) async fn send(&self, url: &str, body: &str) {
        self.client.send_message().queue_url(url).message_body(body).send().await.unwrap();
    }

    pub(super) async fn receive(&self, url: &str) -> Vec<Message> {
        let request = self.client.receive_message().queue_url(url).max_number_of_messages(10);
        let request = request.message_system_attribute_names(MessageSystemAttributeName::All);
        request.message_attribute_names("All").send().await.unwrap().messages.unwrap_or_default()
    }

    pub(super) async fn bodies(&self, url: &str) -> Vec<String> {
        self.receive(url).await.into_iter().map(|message| message.body.unwrap()).collect()
    }

    pub(super) async fn counts(&self, url: &str) -> [String; 3] {
        let request = self
            .client
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::All);
        let attributes = request.send().await.unwrap().attributes.unwrap();
        [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ]
        .map(|name| attributes[&name].clone())
    }
}

pub(super) async fn socket_client(engine: &Engine) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(engine.clone(), listener, std::future::pending()));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// Runs a test through both front ends, each on queues of its own.
pub(super) async fn both<F: Future<Output = ()>>(test: impl Fn(Bed) -> F) {
    let clock = Clock::new();
    let engine = Engine::in_memory(clock.now());
    test(Bed { client: client(&engine), engine, clock }).await;
    let clock = Clock::new();
    let engine = Engine::in_memory(clock.now());
    test(Bed { client: socket_client(&engine).await, engine, clock }).await;
}
