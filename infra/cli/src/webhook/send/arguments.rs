//! The flags.

use std::path::PathBuf;

use clap::Args;

use crate::webhook::{provider::Provider, secret::Secrets};

/// Most copies of a delivery.
const MAX_COPIES: u32 = 10_000;

/// What to send, signed with what, to whom.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) provider: Provider,
    /// The event to send; `--list` shows them
    #[arg(long, value_name = "NAME", required_unless_present_any = ["list", "body"])]
    pub(super) event: Option<String>,
    /// A file with the body to send instead of the event's; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(super) body: Option<PathBuf>,
    /// A header beside the event's, `Name: value`; `Content-Type` replaces the event's
    #[arg(long, value_name = "HEADER")]
    pub(super) header: Vec<String>,
    #[command(flatten)]
    pub(super) secrets: Secrets,
    /// The private half of an Ed25519 key, as `webhook key-pair` writes it
    #[arg(long, value_name = "FILE")]
    pub(super) signing_key: Option<PathBuf>,
    /// The trigger to send to, by its id or its name, with its own secret
    #[arg(long, value_name = "ID", required_unless_present_any = ["list", "url"])]
    pub(super) trigger: Option<String>,
    /// The URL to send to: a trigger's whole address, or any other
    #[arg(long)]
    pub(super) url: Option<String>,
    /// A token for the trigger's URL, `whk_…`, where --url does not say it all [default: a new one, for this alone]
    #[arg(long, value_name = "TEXT", env = "TRIGGER_URL_TOKEN", hide_env_values = true)]
    pub(super) token: Option<String>,
    #[command(flatten)]
    pub(super) faults: Faults,
    /// Send so many copies at once; done when all name the same run
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_COPIES)))]
    pub(super) repeat: u32,
    /// Print the request as `webhook verify` reads it, and send nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The time to sign with, in seconds since 1970 [default: the clock's]
    #[arg(long, value_name = "UNIX")]
    pub(super) now: Option<u64>,
    /// Show the providers and their events
    #[arg(long)]
    pub(super) list: bool,
}

/// What is wrong on purpose.
#[derive(Args, Clone, Copy)]
pub(super) struct Faults {
    /// Spoil the signature; done when the answer is 401
    #[arg(long, conflicts_with = "stale")]
    pub(super) bad_signature: bool,
    /// Sign too long ago; done when the answer is 401
    #[arg(long)]
    pub(super) stale: bool,
}
