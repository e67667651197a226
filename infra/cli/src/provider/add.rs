//! `provider add`.

use std::path::PathBuf;

use clap::Args;
use shared::{
    model::{Provider, ProviderName, SecretReference},
    store::config::Put,
};

use super::base_url::base_url;
use crate::{connect::Connection, error::Error, trigger::identifier, webhook::read_secret};

/// What a provider is.
#[derive(Args)]
pub(crate) struct Arguments {
    /// What flows call it; the one called `default` is asked where a flow names none
    name: ProviderName,
    /// What `/chat/completions` is put behind: `https://api.example.com/v1`
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: String,
    /// A file that holds its key; `-` is standard input [default: it wants none]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The model of calls that name none
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Put it in the place of the one that has the name; what is not said again is gone
    #[arg(long)]
    replace: bool,
}

/// The key first, so that no record names one that is not there; the key of a provider that is replaced last, so that
/// none is gone that a record names. Can be repeated.
pub(super) async fn add(arguments: Arguments, connection: &Connection) -> Result<Provider, Error> {
    let Arguments { name, base_url, key, model, replace } = arguments;
    let workspace = connection.existing_workspace().await?.clone();
    let (store, secrets, now) = (&connection.store, connection.runs.secrets(), connection.now());
    let replaced = store.provider(&workspace, &name).await?;
    if replaced.is_some() && !replace {
        return Err(Error::Failed(format!(
            "there is a provider `{name}` already: --replace puts this one in its place"
        )));
    }
    let key = key.as_deref().map(read_secret).transpose()?;
    if key.as_ref().is_some_and(|key| !is_sound(key.expose())) {
        return Err(Error::Usage("--key: one line without spaces is expected".to_owned()));
    }
    let reference = match key {
        Some(_) => Some(SecretReference { id: identifier()?, added_at: now, expires_at: None }),
        None => None,
    };
    let provider = Provider { workspace, name, base_url, model, key: reference, created_at: now };
    if let (Some(reference), Some(key)) = (&provider.key, &key) {
        secrets.put(&provider, reference, key).await?;
    }
    if store.put_provider(&provider, replaced.as_ref()).await? == Put::Taken {
        if let Some(reference) = &provider.key {
            secrets.delete(&provider, reference).await?;
        }
        let name = &provider.name;
        return Err(Error::Failed(format!(
            "somebody else changed the provider `{name}` meanwhile"
        )));
    }
    if let Some(reference) = replaced.as_ref().and_then(|replaced| replaced.key.as_ref()) {
        secrets.delete(&provider, reference).await?;
    }
    Ok(provider)
}

/// Whether it can stand in a header as it is.
fn is_sound(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
}
