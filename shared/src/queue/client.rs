//! The one way to the queue.

use std::{fmt, sync::Arc, time::Duration};

use aws_credential_types::Credentials;
use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Config, Region, SharedHttpClient},
};

use super::{Error, Message};
use crate::model::{WorkspaceId, limits::MAX_DELAY};

/// Longest visibility timeout (SQS quotas).
const MAX_VISIBILITY: Duration = Duration::from_hours(12);

/// The runs queue behind an SQS client. Cloning shares both.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: Arc<str>,
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
    /// The queue at `url` through `client`.
    #[must_use]
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url: url.into() }
    }

    /// The queue at `url` on AWS. Opens no connection yet.
    #[must_use]
    pub fn connect(
        region: &str,
        credentials: Credentials,
        http: SharedHttpClient,
        url: String,
    ) -> Self {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(credentials)
            .http_client(http)
            .build();
        Self::new(Client::from_conf(config), url)
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
        let body = message.write().map_err(|error| Error::Internal(error.into()))?;
        let request = self.client.send_message().queue_url(&*self.url).message_body(body);
        let request = request.message_group_id(workspace.as_str());
        request.delay_seconds(whole_seconds(delay, MAX_DELAY)).send().await?;
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
        self.client
            .change_message_visibility()
            .queue_url(&*self.url)
            .receipt_handle(&receipt.0)
            .visibility_timeout(whole_seconds(timeout, MAX_VISIBILITY))
            .send()
            .await?;
        Ok(())
    }
}

/// Rounded up: a message must not arrive before its time.
fn whole_seconds(duration: Duration, longest: Duration) -> i32 {
    let seconds = duration.min(longest).as_millis().div_ceil(1000);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
