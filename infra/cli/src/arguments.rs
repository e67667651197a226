//! The command line: its groups, and what every command understands. Does nothing.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, error::ErrorKind};
use shared::telemetry::Endpoint;

use crate::{dev, flow, key, provider, run, trigger, webhook, workspace};

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
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) dev: dev::Arguments,
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

impl CommandLine {
    /// Reads the process's own command line. One that is wrong ends the process, with code 2.
    pub(crate) fn read() -> Self {
        Self::parse().checked().unwrap_or_else(|error| error.exit())
    }

    /// Clap's own check (`args_conflicts_with_subcommands`) would also refuse `--local` and the
    /// like before a command.
    fn checked(self) -> Result<Self, clap::Error> {
        if self.command.is_some() && self.dev != dev::Arguments::default() {
            let message = "flags of `dev` stand behind `dev`, or without any command";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        Ok(self)
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed; for `flow check` and `flow publish`: the flow is faulty; for `webhook verify`: refused;
     for `webhook send`: not answered as it should be
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
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "TRIGGER_RUNS_TABLE",
        hide_env_values = true
    )]
    pub(crate) runs_table: Option<String>,
    /// The table of workspaces, keys, triggers and flows
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "TRIGGER_CONFIG_TABLE",
        hide_env_values = true
    )]
    pub(crate) config_table: Option<String>,
    /// The bucket of payloads too large for a table
    #[arg(
        long,
        global = true,
        value_name = "BUCKET",
        env = "TRIGGER_PAYLOADS_BUCKET",
        hide_env_values = true
    )]
    pub(crate) payloads_bucket: Option<String>,
    /// What the names of webhook secrets in Parameter Store start with
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "TRIGGER_SECRETS_PREFIX",
        hide_env_values = true
    )]
    pub(crate) secrets_prefix: Option<String>,
    /// The runs queue
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "TRIGGER_QUEUE_URL",
        hide_env_values = true
    )]
    pub(crate) queue_url: Option<String>,
    /// The runs queue, as schedules name it
    #[arg(
        long,
        global = true,
        value_name = "ARN",
        env = "TRIGGER_QUEUE_ARN",
        hide_env_values = true
    )]
    pub(crate) queue_arn: Option<String>,
    /// The EventBridge Scheduler group of schedules
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "TRIGGER_SCHEDULER_GROUP",
        hide_env_values = true
    )]
    pub(crate) scheduler_group: Option<String>,
    /// The role with which schedules send to the runs queue
    #[arg(
        long,
        global = true,
        value_name = "ARN",
        env = "TRIGGER_SCHEDULER_ROLE_ARN",
        hide_env_values = true
    )]
    pub(crate) scheduler_role_arn: Option<String>,
    /// The API's address, with which the URLs of webhooks begin [default: `TRIGGER_BASE_URL`; with --local the stack's]
    #[arg(long, global = true, value_name = "URL", value_parser = base_url)]
    pub(crate) base_url: Option<String>,
    /// The AWS Region; the credentials come from the environment too
    #[arg(long, global = true, value_name = "REGION", env = "AWS_REGION", hide_env_values = true)]
    pub(crate) region: Option<String>,
    /// Log lines on standard error: a level, or a list of `target=level`
    #[arg(
        long,
        global = true,
        value_name = "FILTER",
        env = "TRIGGER_LOG",
        hide_env_values = true,
        default_value = "warn"
    )]
    pub(crate) log: String,
    /// Where `dev` sends spans of what it does: an OTLP collector, `http://127.0.0.1:4318` for one
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "TRIGGER_OTLP_ENDPOINT",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) otlp_endpoint: Endpoint,
}

/// An address without a slash at its end.
pub(crate) fn base_url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host.map(|host| host.trim_end_matches('/')) {
        Some(host) if !host.is_empty() && !host.contains(['?', '#', ' ']) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("https://api.example.com is expected, or the like".to_owned()),
    }
}

/// The command groups.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start the whole stack on this machine
    Dev(dev::Arguments),
    /// Check, publish and read flows
    #[command(subcommand)]
    Flow(flow::Command),
    /// Create, read, pause, fire and delete triggers, and rotate what webhooks hold
    #[command(subcommand)]
    Trigger(trigger::Command),
    /// Create, list and revoke keys
    #[command(subcommand)]
    Key(key::Command),
    /// Add, list and remove providers of language models
    #[command(subcommand)]
    Provider(provider::Command),
    /// Start, follow and cancel runs
    #[command(subcommand)]
    Run(run::Command),
    /// Verify other services' webhooks, and send them as those services do
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Print the OpenAPI document of every route
    Openapi,
    /// Create workspaces and change them
    #[command(subcommand)]
    Workspace(workspace::Command),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<CommandLine, clap::Error> {
        CommandLine::try_parse_from(line.split(' ')).and_then(CommandLine::checked)
    }

    #[test]
    fn the_definition_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_flags_are_those_of_dev() {
        let alone = read("trigger-api --listen 127.0.0.1:0 --memory --data x").unwrap();
        assert!(alone.command.is_none());
        let Some(Command::Dev(behind)) =
            read("trigger-api dev --listen 127.0.0.1:0 --memory").unwrap().command
        else {
            panic!("another command was read");
        };
        assert_eq!(alone.dev, behind);
    }

    #[test]
    fn what_holds_everywhere_stands_before_or_behind_a_command() {
        for line in ["trigger-api --local --json run list", "trigger-api run list --json --local"] {
            let global = read(line).unwrap().global;
            assert!(global.local && global.json, "{line}");
        }
    }

    #[test]
    fn an_address_ends_without_a_slash() {
        for (text, address) in [
            ("https://api.example.com", Some("https://api.example.com")),
            ("http://127.0.0.1:3000/", Some("http://127.0.0.1:3000")),
            (
                "https://x.execute-api.eu-central-1.amazonaws.com/prod/",
                Some("https://x.execute-api.eu-central-1.amazonaws.com/prod"),
            ),
            ("https://", None),
            ("ftp://a", None),
            ("https://a?b", None),
        ] {
            assert_eq!(base_url(text).ok().as_deref(), address, "{text}");
        }
    }

    #[test]
    fn lines_that_cannot_be_meant_are_refused() {
        for line in [
            "trigger-api --memory run list",
            "trigger-api dev --memory --sync",
            "trigger-api --listen 3000",
            "trigger-api flow publish a.yaml",
            "trigger-api flow publish a.yaml --env TEST",
            "trigger-api trigger create --name a --flow b --deadline-s 2701",
            "trigger-api trigger create --name a --flow b --at 2030-01-01T00:00 --cron @daily",
            "trigger-api trigger create --name a --flow b --cron @daily --overlap never",
            "trigger-api trigger create --name a --flow b --cron @daily --catch-up 30s",
            "trigger-api trigger create --name a --flow b --cron @daily --catch-up 2d",
            "trigger-api trigger create --name a --flow b --when .a",
            "trigger-api trigger create --name a --flow b --provider stripe --secret a",
            "trigger-api trigger create --name a --flow b --secret-file a --secret-env A",
            "trigger-api trigger url rotate a --keep 1",
            "trigger-api trigger list --base-url api.example.com",
            "trigger-api key create --name a --expires-in 90",
            "trigger-api run list --status done",
            "trigger-api serve",
        ] {
            let error = read(line).err().unwrap_or_else(|| panic!("{line} was accepted"));
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
