//! Which provider is meant: one that is known by name, or one's own by its scheme.

use std::path::PathBuf;

use clap::Args;
use shared::webhook::Scheme;

use super::scheme::{scheme_of_file, scheme_of_name};
use crate::error::Error;

/// A provider.
#[derive(Args)]
pub(super) struct Provider {
    /// Whose request it is: a provider's name, or `custom` with --scheme
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
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
            if !matches!(self.provider.as_deref(), None | Some("custom")) {
                let message = "--scheme is for --provider custom: the others have theirs";
                return Err(Error::Usage(message.to_owned()));
            }
            return Ok(scheme_of_file(path)?.1);
        }
        match &self.provider {
            Some(name) => scheme_of_name(name).cloned(),
            None => {
                Err(Error::Usage("say whose request it is: --provider, or --scheme".to_owned()))
            }
        }
    }
}
