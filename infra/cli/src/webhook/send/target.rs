//! To whom, and signed as whom.

use std::time::Duration;

use shared::{
    auth::{self, UrlToken},
    model::{Trigger, Verification, Webhook},
    webhook::{self, Scheme},
};
use tokio::time::sleep;

use super::{Arguments, sign::Key};
use crate::{
    connect::Connection,
    error::Error,
    output::{note, time},
    trigger,
    webhook::{pair, secret},
};

/// How long a token works that was made for one delivery.
const TOKEN_LIFETIME: Duration = Duration::from_mins(5);

/// A stack that meets a token which it does not know looks again, unless it looked within this time.
const UNTIL_TOKENS_ARE_KNOWN: Duration = Duration::from_secs(1);

/// Who is to be played, and where.
pub(super) struct Target {
    pub(super) url: String,
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
    Ok(Target {
        url: arguments.url.clone().unwrap_or_default(),
        provider: scheme.provider.to_string(),
        signing: Some(Signing { scheme, key }),
    })
}

/// What the flags leave open from the trigger's record. Where they name neither URL nor token, the trigger is given
/// a token that ends by itself: of those that it has, only hashes are kept.
pub(super) async fn by_trigger(
    arguments: &Arguments,
    connection: &Connection,
    wanted: &str,
) -> Result<Target, Error> {
    let trigger = trigger::find(connection, wanted).await?;
    let id = &trigger.id;
    let Some(webhook) = &trigger.webhook else {
        return Err(Error::Usage(format!(
            "no other service may call the trigger `{id}`: it has no webhook"
        )));
    };
    let scheme = scheme(&webhook.verification, id.as_str())?;
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
                None => own_key(connection, &trigger, webhook).await?,
            };
            Some(Signing { scheme, key })
        }
        None => None,
    };
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => address(arguments, connection, &trigger).await?,
    };
    Ok(Target { url, provider, signing })
}

fn scheme(verification: &Verification, id: &str) -> Result<Option<Scheme>, Error> {
    let unknown = || {
        Error::Failed(format!("how requests for the trigger `{id}` are signed is not known here"))
    };
    match verification {
        Verification::Provider(name) => webhook::named(name).cloned().map(Some).ok_or_else(unknown),
        Verification::Scheme(text) => Scheme::read(text).map(Some).map_err(|_| unknown()),
        Verification::UrlTokenAlone => Ok(None),
    }
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

/// The trigger's own address, with the token that the flags name or a new one.
async fn address(
    arguments: &Arguments,
    connection: &Connection,
    trigger: &Trigger,
) -> Result<String, Error> {
    let base = arguments.api.as_deref().or(connection.base_url.as_deref()).ok_or_else(|| {
        Error::Usage(
            "say where the API is: --api URL, or --url with the trigger's whole address".to_owned(),
        )
    })?;
    let token = match &arguments.token {
        Some(token) => token.clone(),
        None if arguments.dry_run => {
            return Err(Error::Usage("--dry-run changes nothing: say --url or --token".to_owned()));
        }
        None => short_lived_token(connection, trigger).await?,
    };
    Ok(format!("{}/ext/webhook/{token}/triggers/{}", base.trim_end_matches('/'), trigger.id))
}

async fn short_lived_token(connection: &Connection, trigger: &Trigger) -> Result<String, Error> {
    const WHAT: &str = "no token could be made";
    let token = UrlToken::generate(auth::random().map_err(|error| Error::because(WHAT, error))?);
    let now = connection.now();
    let ends_at = now.after(TOKEN_LIFETIME);
    let edited = connection.store.edit_trigger(&trigger.workspace, &trigger.id, |mut stored| {
        if let Some(webhook) = &mut stored.webhook {
            webhook.tokens.retain(|known| known.expires_at.is_none_or(|end| now < end));
            let mut record = token.record(now);
            record.expires_at = Some(ends_at);
            webhook.tokens.push(record);
        }
        Ok::<_, Error>(stored)
    });
    if edited.await?.is_none() {
        return Err(Error::NotFound(format!("there is no trigger `{}` any more", trigger.id)));
    }
    note(&format!(
        "The trigger `{}` has a URL for this, which ends at {} UTC.\n",
        trigger.id,
        time(ends_at)
    ));
    sleep(UNTIL_TOKENS_ARE_KNOWN).await;
    Ok(token.expose())
}
