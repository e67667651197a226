//! The command line: its groups, and what every command understands. Does nothing.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{dev, flow, key, run, trigger, workspace};

/// Without a command: starts the local stack, as `dev` does.
#[derive(Parser)]
#[command(
    name = "trigger-api",
    version,
    about = "Runs and operates a serverless trigger API",
    long_about = None,
    after_help = EXIT_CODES,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) dev: dev::Arguments,
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed; for `flow check` and `flow publish`: the flow is faulty
  2  wrong usage; for `flow check` and `flow publish`: sound, but uses what this runtime refuses
  3  there is no such thing
  4  the run that was waited for ended otherwise than completed";

/// Where to work, and how to answer.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Work on the local stack that runs on the data folder, instead of on AWS
    #[arg(long, global = true)]
    pub(crate) local: bool,
    /// The local stack's data folder [default: .trigger]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The workspace [default with --local: demo]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) workspace: Option<String>,
    /// Answer with one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The table of runs
    #[arg(long, global = true, value_name = "NAME", env = "TRIGGER_RUNS_TABLE")]
    pub(crate) runs_table: Option<String>,
    /// The table of workspaces, keys, triggers and flows
    #[arg(long, global = true, value_name = "NAME", env = "TRIGGER_CONFIG_TABLE")]
    pub(crate) config_table: Option<String>,
    /// The runs queue
    #[arg(long, global = true, value_name = "URL", env = "TRIGGER_QUEUE_URL")]
    pub(crate) queue_url: Option<String>,
    /// The AWS Region; the credentials are AWS_ACCESS_KEY_ID and its companions
    #[arg(long, global = true, value_name = "REGION", env = "AWS_REGION")]
    pub(crate) region: Option<String>,
    /// Log lines on standard error: a level, or a list of `target=level`
    #[arg(long, global = true, value_name = "FILTER", env = "TRIGGER_LOG", default_value = "warn")]
    pub(crate) log: String,
}

/// The command groups.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start the whole stack on this machine
    Dev(dev::Arguments),
    /// Check, publish and read flows
    #[command(subcommand)]
    Flow(flow::Command),
    /// Create, read, pause and resume triggers
    #[command(subcommand)]
    Trigger(trigger::Command),
    /// Create, list and revoke keys
    #[command(subcommand)]
    Key(key::Command),
    /// Start, follow and cancel runs
    #[command(subcommand)]
    Run(run::Command),
    /// Create and list workspaces
    #[command(subcommand)]
    Workspace(workspace::Command),
}
