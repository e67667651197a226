//! The commands of the group.

use clap::Subcommand;

use super::{
    pair, send,
    verify::{self, verify},
};
use crate::{arguments::Global, error::Error, output::Output};

/// Commands on webhooks.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Verify a recorded request and say what is wrong with it; needs no stack and no credentials
    Verify(verify::Arguments),
    /// Send a signed event as a provider would, or show the request without sending it
    Send(Box<send::Arguments>),
    /// Make an Ed25519 key to send with, where a trigger holds the public half only
    KeyPair(pair::Arguments),
}

/// Carries a command out.
pub(crate) async fn execute(
    command: Command,
    global: &Global,
    output: Output,
) -> Result<(), Error> {
    match command {
        Command::Verify(arguments) => verify(&arguments, output),
        Command::Send(arguments) => send::send(*arguments, global, output).await,
        Command::KeyPair(arguments) => pair::make(&arguments, output),
    }
}
