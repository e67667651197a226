//! Who is played, and what is signed with.

use shared::{
    model::{Trigger, Webhook},
    webhook::Scheme,
};

use super::{Arguments, sign::Key};
use crate::{
    connect::Connection,
    error::Error,
    trigger,
    webhook::{pair, secret},
};

/// Who is to be played.
pub(super) struct Target {
    pub(super) provider: String,
    /// Nothing where no signature is asked for.
    pub(super) signing: Option<Signing>,
}

/// How, and with what.
pub(super) struct Signing {
    pub(super) scheme: Scheme,
    pub(super) key: Key,
}

/// All of it from the flags.
pub(super) fn by_flags(arguments: &Arguments) -> Result<Target, Error> {
    let scheme = arguments.provider.scheme()?;
    let key = key(arguments)?.ok_or_else(secret::missing)?;
    Ok(Target { provider: scheme.provider.to_string(), signing: Some(Signing { scheme, key }) })
}

/// What the flags leave open from the trigger's record.
pub(super) async fn by_trigger(
    arguments: &Arguments,
    connection: &Connection,
    trigger: &Trigger,
) -> Result<Target, Error> {
    let id = &trigger.id;
    let webhook = trigger::webhook_of(trigger)?;
    let scheme = trigger::scheme_of(&webhook.verification)?;
    let said = arguments.provider.is_said().then(|| arguments.provider.scheme()).transpose()?;
    let provider = match (&scheme, said) {
        (Some(scheme), Some(said)) if said.provider != scheme.provider => {
            let (theirs, ours) = (&scheme.provider, said.provider);
            return Err(Error::Usage(format!(
                "the trigger `{id}` is for `{theirs}`, not for `{ours}`"
            )));
        }
        (Some(scheme), _) => scheme.provider.to_string(),
        (None, said) => said.map(|said| said.provider.to_string()).unwrap_or_default(),
    };
    let signing = match scheme {
        Some(scheme) => {
            let key = match key(arguments)? {
                Some(key) => key,
                None => own_key(connection, trigger, webhook).await?,
            };
            Some(Signing { scheme, key })
        }
        None => None,
    };
    Ok(Target { provider, signing })
}

/// What the flags give.
fn key(arguments: &Arguments) -> Result<Option<Key>, Error> {
    if let Some(path) = &arguments.signing_key {
        return Ok(Some(Key::Pair(pair::read(path)?)));
    }
    Ok(arguments.secrets.read()?.into_iter().next().map(Key::Shared))
}

/// The newest of the trigger's secrets that count.
async fn own_key(
    connection: &Connection,
    trigger: &Trigger,
    webhook: &Webhook,
) -> Result<Key, Error> {
    let read = connection.runs.secrets().of(trigger, &webhook.secrets, connection.now()).await;
    let secrets = read.map_err(|error| {
        Error::because(format!("the secrets of the trigger `{}` cannot be read", trigger.id), error)
    })?;
    secrets.into_iter().next_back().map(Key::Shared).ok_or_else(|| {
        Error::Failed(format!("the trigger `{}` has no secret that counts now", trigger.id))
    })
}
