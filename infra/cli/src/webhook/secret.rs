//! Where secrets come from: a shell's history keeps its arguments, so files and the environment serve, too.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use shared::model::Secret;

use crate::error::Error;

/// Secrets, at least one.
#[derive(Args)]
#[group(required = true, multiple = true)]
pub(super) struct Secrets {
    /// A secret; every one is tried
    #[arg(long, value_name = "TEXT", env = "TRIGGER_WEBHOOK_SECRET", hide_env_values = true)]
    secret: Vec<String>,
    /// A file that holds a secret; `-` is standard input
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
}

impl Secrets {
    /// Reads them.
    pub(super) fn read(&self) -> Result<Vec<Secret>, Error> {
        let mut secrets: Vec<_> = self.secret.iter().cloned().map(Secret::new).collect();
        for path in &self.secret_file {
            secrets.push(read_secret(path)?);
        }
        Ok(secrets)
    }

    /// Whether standard input holds one.
    pub(super) fn take_stdin(&self) -> bool {
        self.secret_file.iter().any(|path| path.as_os_str() == "-")
    }
}

/// Reads the secret in a file; `-` is standard input. A line's end behind it is the editor's.
pub(crate) fn read_secret(path: &Path) -> Result<Secret, Error> {
    let text = if path.as_os_str() == "-" {
        io::read_to_string(io::stdin().lock())
    } else {
        fs::read_to_string(path)
    };
    let text =
        text.map_err(|error| Error::Usage(format!("cannot read `{}`: {error}", path.display())))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::new(text.strip_suffix('\r').unwrap_or(text).to_owned()))
}
