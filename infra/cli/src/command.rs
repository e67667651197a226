//! From the command line to the command.

use crate::{
    arguments::{Command, CommandLine},
    connect::Connection,
    dev,
    error::Error,
    flow, key, openapi,
    output::Output,
    provider, run, trigger, webhook, workspace,
};

/// Does what the command line asks for.
pub(crate) async fn execute(line: CommandLine) -> Result<(), Error> {
    let CommandLine { dev, global, command } = line;
    let output = Output { json: global.json };
    let Some(command) = command else { return dev::execute(dev, &global, output).await };
    match command {
        Command::Dev(arguments) => dev::execute(arguments, &global, output).await,
        // Needs no table: it must work in a build that has no credentials.
        Command::Flow(flow::Command::Check(arguments)) => flow::check(&arguments, output),
        Command::Webhook(command) => webhook::execute(command, &global, output).await,
        Command::Openapi => openapi::execute(output),
        Command::Flow(command) => flow::execute(command, &Connection::open(&global)?, output).await,
        Command::Trigger(command) => {
            trigger::execute(command, &Connection::open(&global)?, output).await
        }
        Command::Key(command) => key::execute(command, &Connection::open(&global)?, output).await,
        Command::Provider(command) => {
            provider::execute(command, &Connection::open(&global)?, output).await
        }
        Command::Run(command) => run::execute(command, &Connection::open(&global)?, output).await,
        Command::Workspace(command) => {
            workspace::execute(command, &Connection::open(&global)?, output).await
        }
    }
}
