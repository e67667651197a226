//! The one way to the queue.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_sdk_sqs::{
    Client,
    config::{Builder, Config},
    operation::send_message::builders::SendMessageFluentBuilder,
    types::MessageAttributeValue,
};
use aws_types::SdkConfig;

use super::{Error, Firing, Message, Notice};
use crate::model::{WorkspaceId, limits::MAX_DELAY};

/// Longest visibility timeout (SQS quotas).
const MAX_VISIBILITY: Duration = Duration::from_hours(12);

/// The attribute of a message that says for how many seconds it was delayed on purpose. SQS tells
/// its receivers when a message was sent, but not how long it was to wait.
pub(super) const DELAY: &str = "delay_s";

/// The runs queue. Cloning, which every event does, shares all of it. Its client is made when the first message goes out: a
/// function that only reads never has one.
#[derive(Clone, Debug)]
pub struct Queue(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Config,
    client: OnceLock<Client>,
    url: String,
}

/// What identifies one delivery of a message. Whoever has it can delete the message.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt(String);

impl Receipt {
    /// From a delivery's `receiptHandle`.
    #[must_use]
    pub const fn new(handle: String) -> Self {
        Self(handle)
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Receipt")
    }
}

impl Queue {
    /// The queue at `url` through a client of `config`.
    #[must_use]
    pub fn new(config: Config, url: String) -> Self {
        Self(Arc::new(Shared { config, client: OnceLock::new(), url }))
    }

    /// The queue at `url` on AWS, or on what stands at `endpoint`. Opens no connection yet.
    #[must_use]
    pub fn connect(account: &SdkConfig, endpoint: Option<String>, url: String) -> Self {
        let mut config = Builder::from(account);
        config.set_endpoint_url(endpoint);
        Self::new(config.build(), url)
    }

    fn client(&self) -> &Client {
        self.0.client.get_or_init(|| Client::from_conf(self.0.config.clone()))
    }

    /// Sends `message`, to be seen after `delay`, which is cut to the longest that SQS takes: who
    /// means to wait longer looks at `wake_at` and sends again. The group is the workspace, so that
    /// one workspace's backlog does not delay another's runs (fair queues).
    ///
    /// # Errors
    /// See [`Error`]. After [`Error::Unavailable`] the message may have been sent.
    pub async fn send(
        &self,
        message: &Message,
        workspace: &WorkspaceId,
        delay: Duration,
    ) -> Result<(), Error> {
        self.send_text(message.write(), workspace, delay).await
    }

    /// Sends a firing that no schedule makes, in the group of its workspace, to be seen after `delay`, which is cut as
    /// [`Queue::send`] cuts it.
    ///
    /// # Errors
    /// As [`Queue::send`].
    pub async fn send_firing(&self, firing: &Firing, delay: Duration) -> Result<(), Error> {
        self.send_text(firing.write(), &firing.workspace, delay).await
    }

    /// Sends a notice, to be seen after `delay`, which is cut as [`Queue::send`] cuts it: who gets it before it is
    /// due sends it again.
    ///
    /// # Errors
    /// As [`Queue::send`].
    pub async fn send_notice(&self, notice: &Notice, delay: Duration) -> Result<(), Error> {
        self.send_text(notice.write(), &notice.workspace, delay).await
    }

    async fn send_text(
        &self,
        body: Result<String, serde_json::Error>,
        workspace: &WorkspaceId,
        delay: Duration,
    ) -> Result<(), Error> {
        let body = body.map_err(|error| Error::Internal(error.into()))?;
        let request = self.client().send_message().queue_url(&self.0.url).message_body(body);
        let request = request.message_group_id(workspace.as_str());
        let delay_s = whole_seconds(delay, MAX_DELAY);
        let request = if delay_s == 0 { request } else { marked_delayed(request, delay_s)? };
        Box::pin(request.delay_seconds(delay_s).send()).await?;
        Ok(())
    }

    /// Hides a delivered message for `timeout` from now; zero returns it at once.
    ///
    /// # Errors
    /// See [`Error`]. [`Error::Internal`] when the message is no longer this delivery's.
    pub async fn change_visibility(
        &self,
        receipt: &Receipt,
        timeout: Duration,
    ) -> Result<(), Error> {
        let request = self
            .client()
            .change_message_visibility()
            .queue_url(&self.0.url)
            .receipt_handle(&receipt.0)
            .visibility_timeout(whole_seconds(timeout, MAX_VISIBILITY));
        Box::pin(request.send()).await?;
        Ok(())
    }
}

fn marked_delayed(
    request: SendMessageFluentBuilder,
    delay_s: i32,
) -> Result<SendMessageFluentBuilder, Error> {
    let attribute = MessageAttributeValue::builder()
        .data_type("Number")
        .string_value(delay_s.to_string())
        .build()
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(request.message_attributes(DELAY, attribute))
}

/// Rounded up: a message must not arrive before its time.
fn whole_seconds(duration: Duration, longest: Duration) -> i32 {
    let seconds = duration.min(longest).as_millis().div_ceil(1000);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use aws_sdk_sqs::{
        Config,
        config::{BehaviorVersion, Credentials, Region, http::HttpResponse, retry::RetryConfig},
    };
    use aws_smithy_runtime_api::{
        client::{
            http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
            orchestrator::HttpRequest,
        },
        http::StatusCode,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::queue::{ErrorKind, Kind};

    /// Answers every request alike and keeps what was asked.
    #[derive(Clone, Debug)]
    struct Wire {
        status: u16,
        body: &'static str,
        asked: Arc<Mutex<Vec<Value>>>,
    }

    impl HttpConnector for Wire {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let mut asked: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
            asked["target"] = request.headers().get("x-amz-target").into();
            self.asked.lock().unwrap().push(asked);
            let status = StatusCode::try_from(self.status).unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, self.body.into())))
        }
    }

    fn queue(status: u16, body: &'static str) -> (Queue, Wire) {
        let wire = Wire { status, body, asked: Arc::default() };
        let connector = wire.clone();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url("http://localhost")
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
            .build();
        (Queue::new(config, "http://localhost/runs".to_owned()), wire)
    }

    fn message() -> Message {
        Message {
            run: "019c4a8f-1a30-7def-8123-456789abcdef".parse().unwrap(),
            kind: Kind::Guard,
            wake_at: None,
            traceparent: None,
        }
    }

    #[tokio::test]
    async fn a_message_is_sent_in_the_group_of_its_workspace() {
        let (queue, wire) = queue(200, r#"{"MessageId":"1"}"#);
        let delay = Duration::from_hours(1);
        queue.send(&message(), &"demo".parse().unwrap(), delay).await.unwrap();
        let expected = json!({
            "target": "AmazonSQS.SendMessage",
            "QueueUrl": "http://localhost/runs",
            "MessageBody": message().write().unwrap(),
            "MessageGroupId": "demo",
            "DelaySeconds": 900,
            "MessageAttributes": {"delay_s": {"StringValue": "900", "DataType": "Number"}},
        });
        assert_eq!(*wire.asked.lock().unwrap(), [expected]);
    }

    #[tokio::test]
    async fn a_delivery_is_hidden_by_its_receipt() {
        let (queue, wire) = queue(200, "");
        let receipt = Receipt::new("handle".to_owned());
        queue.change_visibility(&receipt, Duration::from_secs(75)).await.unwrap();
        let expected = json!({
            "target": "AmazonSQS.ChangeMessageVisibility",
            "QueueUrl": "http://localhost/runs",
            "ReceiptHandle": "handle",
            "VisibilityTimeout": 75,
        });
        assert_eq!(*wire.asked.lock().unwrap(), [expected]);
        assert!(!format!("{receipt:?}").contains("handle"));
    }

    #[tokio::test]
    async fn a_refusal_says_whether_it_will_pass() {
        for (status, body, kind) in [
            (400, r#"{"__type":"com.amazonaws.sqs#RequestThrottled"}"#, ErrorKind::Unavailable),
            (500, r#"{"__type":"com.amazonaws.sqs#Broken"}"#, ErrorKind::Unavailable),
            (200, "not json", ErrorKind::Unavailable),
            (400, r#"{"__type":"com.amazonaws.sqs#ReceiptHandleIsInvalid"}"#, ErrorKind::Internal),
        ] {
            let (queue, _) = queue(status, body);
            let sent = queue.send(&message(), &"demo".parse().unwrap(), Duration::ZERO).await;
            assert_eq!(sent.unwrap_err().kind(), kind, "{body}");
        }
    }

    #[test]
    fn delays_are_whole_seconds_within_the_quota() {
        for (milliseconds, seconds) in
            [(0, 0), (1, 1), (1000, 1), (1001, 2), (900_000, 900), (900_001, 900)]
        {
            let delay = Duration::from_millis(milliseconds);
            assert_eq!(whole_seconds(delay, MAX_DELAY), seconds);
        }
    }
}
