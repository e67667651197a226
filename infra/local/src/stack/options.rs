//! What a stack is started with.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use shared::{clock::Clock, egress::Policy, runs::Settings, telemetry};

use crate::Recorder;

/// How a stack is to run.
#[derive(Debug)]
pub struct Options {
    /// Where the gateway listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder that keeps tables, queues, payloads, schedules and secrets. Without one they end with the stack.
    pub data: Option<PathBuf>,
    /// Whether what was acknowledged survives a power cut too, at the price of a disk's sync a write.
    pub sync: bool,
    /// The time of functions and queues. Time to live of items goes by the machine's clock.
    pub clock: Clock,
    /// The durations of the use cases. The queues' visibility timeout is among them.
    pub settings: Settings,
    /// What outgoing requests may do.
    pub egress: Policy,
    /// Invocations at the same time that each queue causes, at most.
    pub maximum_concurrency: usize,
    /// Deliveries of a message before it becomes a dead letter.
    pub max_receive_count: u32,
    /// How functions reach tables, queues, payloads and secrets.
    pub transport: Transport,
    /// Notes the functions' requests to tables, queues, payloads and secrets, of the transport in this process.
    pub recorder: Option<Recorder>,
    /// What is told of the functions' events.
    pub telemetry: telemetry::Settings,
    /// Whether the queues' messages are handed to functions. Without, they wait for who takes them.
    pub workers: bool,
}

/// How functions reach tables, queues, payloads and secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Through the SDKs, without a socket below them.
    #[default]
    InProcess,
    /// Over loopback, or wherever the URLs say: for a proxy in between that breaks things.
    Sockets {
        /// In place of the tables' own URL.
        dynamodb: Option<String>,
        /// In place of the bucket's own URL.
        s3: Option<String>,
        /// In place of the queues' own URL.
        sqs: Option<String>,
        /// In place of the secrets' own URL.
        ssm: Option<String>,
    },
}

impl Default for Options {
    /// A stack in memory, on a free port of the loopback interface.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: None,
            sync: false,
            clock: Clock::system(),
            settings: Settings::default(),
            egress: Policy::default(),
            maximum_concurrency: 64,
            max_receive_count: 5,
            transport: Transport::default(),
            recorder: None,
            telemetry: telemetry::Settings::default(),
            workers: true,
        }
    }
}
