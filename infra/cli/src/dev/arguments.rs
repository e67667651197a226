//! The flags of `dev`, and what they mean to the stack.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::Args;
use local::Options;
use shared::{egress::Policy, runs::Settings};

/// How the stack is to run.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Sync every write to the disk: what was acknowledged survives a power cut too
    #[arg(long)]
    sync: bool,
    /// Keep nothing: the stack ends with the process [data folder: .trigger/memory]
    #[arg(long, conflicts_with = "sync")]
    pub(super) memory: bool,
    /// Refuse calls of flows to private and loopback addresses, as the deployed functions do
    #[arg(long)]
    no_private_targets: bool,
    /// How long a worker is taken to be alive after it last said so, in seconds
    #[arg(long, hide = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    lease_s: Option<u64>,
    /// The longest wait of a waiting call, in seconds
    #[arg(long, hide = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    wait_s: Option<u64>,
}

/// Shorter than on AWS: who restarts the stack on one machine waits for the runs that it held.
const LEASE_S: u64 = 15;

/// Where the stack listens unless it is told otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

impl Arguments {
    /// The same for the stack. `data` is where it keeps its state.
    pub(super) fn options(&self, data: Option<PathBuf>) -> Options {
        let mut settings = Settings::default();
        settings.lease = Duration::from_secs(self.lease_s.unwrap_or(LEASE_S));
        // Renewed in time even when one renewal fails, as by default.
        settings.lease_renewal = settings.lease * 2 / 5;
        settings.cancel_poll = settings.cancel_poll.min(settings.lease_renewal);
        // No Lambda insists on more here, and no worker has to shorten it then.
        settings.queue_visibility = settings.lease;
        if let Some(wait) = self.wait_s.map(Duration::from_secs) {
            settings.wait = wait;
        }
        Options {
            listen: self.listen.unwrap_or(LISTEN),
            data,
            sync: self.sync,
            settings,
            egress: Policy { allow_private_targets: !self.no_private_targets, ..Policy::default() },
            ..Options::default()
        }
    }
}
