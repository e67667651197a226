//! The commands of the group.

use clap::Subcommand;

use super::verify::{self, verify};
use crate::{error::Error, output::Output};

/// Commands on webhooks.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Verify a recorded request and say what is wrong with it; needs no stack and no credentials
    Verify(verify::Arguments),
}

/// Carries a command out.
pub(crate) fn execute(command: &Command, output: Output) -> Result<(), Error> {
    match command {
        Command::Verify(arguments) => verify(arguments, output),
    }
}
