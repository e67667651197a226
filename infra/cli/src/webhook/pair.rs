//! `webhook key-pair`.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Serialize;
use shared::{
    auth,
    webhook::{self, KeyPair},
};

use crate::{
    error::Error,
    output::{Answer, Output, facts},
};

/// Where to put it.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The file for the private half, which must not be there yet
    file: PathBuf,
}

/// Makes a pair and writes its private half.
pub(super) fn make(arguments: &Arguments, output: Output) -> Result<(), Error> {
    const WHAT: &str = "no key could be made";
    let pair = KeyPair::of(auth::random().map_err(|error| Error::because(WHAT, error))?);
    let name = arguments.file.display();
    write(&arguments.file, &pair)
        .map_err(|error| Error::because(format!("cannot write `{name}`"), error))?;
    let public = |provider| webhook::named(provider).and_then(|scheme| pair.public(scheme));
    output.answer(&Made {
        private_key_file: name.to_string(),
        discord: public("discord"),
        standard_webhooks: public("standard-webhooks"),
    })
}

/// Reads the private half.
pub(super) fn read(path: &Path) -> Result<KeyPair, Error> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Usage(format!("cannot read `{name}`: {error}")))?;
    KeyPair::read(text.trim_end()).ok_or_else(|| {
        Error::Usage(format!(
            "`{name}` is no private key: 64 hex digits are expected, as `webhook key-pair` writes"
        ))
    })
}

/// Never over another one, and for nobody else to read.
fn write(path: &Path, pair: &KeyPair) -> std::io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(format!("{}\n", pair.expose()).as_bytes())
}

#[derive(Serialize)]
struct Made {
    private_key_file: String,
    discord: Option<String>,
    standard_webhooks: Option<String>,
}

impl Answer for Made {
    fn text(&self) -> String {
        let text = |public: &Option<String>| public.clone().unwrap_or_default();
        facts(&[
            ("Private half", self.private_key_file.clone()),
            ("Public half for Discord", text(&self.discord)),
            ("and for Standard Webhooks", text(&self.standard_webhooks)),
        ])
    }
}
