//! Which provider is meant: one that is known by name, or one's own by its scheme.

use std::{fs, path::PathBuf};

use clap::Args;
use shared::webhook::{self, Scheme, scheme::Unreadable};

use crate::error::Error;

/// A provider.
#[derive(Args)]
pub(super) struct Provider {
    /// Whose request it is: a provider's name, or `custom` with --scheme
    #[arg(long, value_name = "NAME")]
    pub(super) provider: Option<String>,
    /// The scheme of a provider of your own, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    scheme: Option<PathBuf>,
}

impl Provider {
    /// Whether the command line names one.
    pub(super) const fn is_said(&self) -> bool {
        self.provider.is_some() || self.scheme.is_some()
    }

    /// How it signs.
    pub(super) fn scheme(&self) -> Result<Scheme, Error> {
        if let Some(path) = &self.scheme {
            let name = path.display();
            if !matches!(self.provider.as_deref(), None | Some("custom")) {
                let message = "--scheme is for --provider custom: the others have theirs";
                return Err(Error::Usage(message.to_owned()));
            }
            let text = fs::read_to_string(path)
                .map_err(|error| Error::Usage(format!("cannot read `{name}`: {error}")))?;
            return Scheme::read(&text).map_err(|error| match error {
                Unreadable::Text { .. } => Error::Usage(format!("{name}:{error}")),
                Unreadable::Faulty(_) => Error::Usage(format!("{name}: {error}")),
            });
        }
        let names: Vec<_> = webhook::names().collect();
        let names = names.join(", ");
        let Some(provider) = self.provider.as_deref() else {
            return Err(Error::Usage(format!(
                "say whose request it is: --provider with one of {names}, or --scheme FILE for one of your own"
            )));
        };
        webhook::named(provider).cloned().ok_or_else(|| {
            Error::Usage(format!(
                "no provider is called `{provider}`: {names}, or --scheme FILE for one of your own"
            ))
        })
    }
}
