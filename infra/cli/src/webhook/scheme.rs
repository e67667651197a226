//! How a provider signs: by its name, or as a file says.

use std::{fs, path::Path};

use shared::webhook::{self, Scheme, scheme::Unreadable};

use crate::error::Error;

/// The scheme in a file, and the file's text.
pub(crate) fn scheme_of_file(path: &Path) -> Result<(String, Scheme), Error> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Error::Usage(format!("cannot read `{name}`: {error}")))?;
    match Scheme::read(&text) {
        Ok(scheme) => Ok((text, scheme)),
        Err(error @ Unreadable::Text { .. }) => Err(Error::Usage(format!("{name}:{error}"))),
        Err(error @ Unreadable::Faulty(_)) => Err(Error::Usage(format!("{name}: {error}"))),
    }
}

/// The scheme of a provider that is known by this name.
pub(crate) fn scheme_of_name(provider: &str) -> Result<&'static Scheme, Error> {
    webhook::named(provider).map(AsRef::as_ref).ok_or_else(|| {
        let names = webhook::names().collect::<Vec<_>>().join(", ");
        Error::Usage(format!(
            "no provider is called `{provider}`: {names}, or `custom` with --scheme FILE for one of your own"
        ))
    })
}
