//! From the command line to the command.

use clap::{CommandFactory, error::ErrorKind};

use crate::{
    arguments::{Arguments, Command},
    connect::Connection,
    dev,
    error::Error,
    flow, key,
    output::Output,
    run, trigger, workspace,
};

/// Does what the command line asks for.
pub(crate) async fn execute(arguments: Arguments) -> Result<(), Error> {
    let Arguments { dev, global, command } = arguments;
    let output = Output { json: global.json };
    let Some(command) = command else { return dev::execute(dev, &global, output).await };
    if dev != dev::Arguments::default() {
        // Clap's own check would also refuse `--local` and the like before a command.
        let message = "flags of `dev` stand behind `dev`, or alone";
        Arguments::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    match command {
        Command::Dev(arguments) => dev::execute(arguments, &global, output).await,
        // Needs no table: it must work in a build that has no credentials.
        Command::Flow(flow::Command::Check(arguments)) => flow::check(&arguments, output),
        Command::Flow(command) => {
            flow::execute(command, &Connection::open(&global)?, output).await
        }
        Command::Trigger(command) => {
            trigger::execute(command, &Connection::open(&global)?, output).await
        }
        Command::Key(command) => key::execute(command, &Connection::open(&global)?, output).await,
        Command::Run(command) => run::execute(command, &Connection::open(&global)?, output).await,
        Command::Workspace(command) => {
            workspace::execute(command, &Connection::open(&global)?, output).await
        }
    }
}
