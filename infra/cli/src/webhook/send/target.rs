//! To whom, and signed as whom.

use shared::webhook::Scheme;

use super::{Arguments, sign::Key};
use crate::{
    error::Error,
    webhook::{pair, secret},
};

/// Who is to be played, and where.
pub(super) struct Target {
    pub(super) url: String,
    pub(super) scheme: Scheme,
    pub(super) key: Key,
}

/// All of it from the flags.
pub(super) fn by_url(arguments: &Arguments, url: String) -> Result<Target, Error> {
    let scheme = arguments.provider.scheme()?;
    let key = if let Some(path) = &arguments.signing_key {
        Key::Pair(pair::read(path)?)
    } else {
        let secrets = arguments.secrets.read()?;
        Key::Shared(secrets.into_iter().next().ok_or_else(secret::missing)?)
    };
    Ok(Target { url, scheme, key })
}
