//! Where a running stack is reached.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::clients::REGION;

/// The table of runs.
pub(super) const RUNS_TABLE: &str = "trigger-runs";
/// The table of workspaces, keys, triggers and flows.
pub(super) const CONFIG_TABLE: &str = "trigger-config";
/// The runs queue.
pub(super) const RUNS_QUEUE: &str = "trigger-runs";
/// The bucket of payloads too large for an item.
pub(super) const PAYLOADS_BUCKET: &str = "trigger-payloads";
/// What the names of secrets start with.
pub(super) const SECRETS_PREFIX: &str = "/trigger-api/local";
/// The queue of its dead letters.
pub(super) const DEAD_LETTERS: &str = "trigger-dead-letters";

/// The addresses and names of a running stack, as `endpoints.json` in its data folder holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The gateway.
    pub base_url: String,
    /// The tables, in the protocol of `DynamoDB`.
    pub dynamodb_url: String,
    /// The bucket, in the protocol of S3, path-style.
    pub s3_url: String,
    /// The queues, in the protocol of SQS.
    pub sqs_url: String,
    /// The table of runs.
    pub runs_table: String,
    /// The table of workspaces, keys, triggers and flows.
    pub config_table: String,
    /// The bucket of payloads.
    pub payloads_bucket: String,
    /// The runs queue.
    pub queue_url: String,
    /// The schedules, in the protocol of EventBridge Scheduler.
    pub scheduler_url: String,
    /// The runs queue, as schedules name it.
    pub queue_arn: String,
    /// The secrets, in the protocol of Parameter Store.
    pub ssm_url: String,
    /// What the names of secrets start with.
    pub secrets_prefix: String,
}

impl Endpoints {
    pub(super) fn new(
        gateway: SocketAddr,
        dynamodb: SocketAddr,
        s3: SocketAddr,
        sqs: SocketAddr,
        scheduler: SocketAddr,
        ssm: SocketAddr,
    ) -> Self {
        let sqs_url = url(sqs);
        Self {
            base_url: url(gateway),
            dynamodb_url: url(dynamodb),
            s3_url: url(s3),
            runs_table: RUNS_TABLE.to_owned(),
            config_table: CONFIG_TABLE.to_owned(),
            payloads_bucket: PAYLOADS_BUCKET.to_owned(),
            queue_url: format!("{sqs_url}/000000000000/{RUNS_QUEUE}"),
            sqs_url,
            scheduler_url: url(scheduler),
            queue_arn: format!("arn:aws:sqs:{REGION}:000000000000:{RUNS_QUEUE}"),
            ssm_url: url(ssm),
            secrets_prefix: SECRETS_PREFIX.to_owned(),
        }
    }
}

/// A URL that works on this machine, also where the address stands for all interfaces.
fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_all_interfaces_becomes_a_url_of_this_machine() {
        assert_eq!(url("0.0.0.0:80".parse().unwrap()), "http://127.0.0.1:80");
        assert_eq!(url("[::]:80".parse().unwrap()), "http://[::1]:80");
        assert_eq!(url("192.0.2.1:80".parse().unwrap()), "http://192.0.2.1:80");
    }
}
