//! The flags of a callback, and what they come to.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use clap::Args;
use shared::{
    auth,
    model::{Callback, Secret, SecretReference, Trigger},
};

use super::{create::taken, identifier::identifier};
use crate::{connect::Connection, error::Error};

/// Longest URL, in characters: what proxies and servers take (RFC 9110 §4.1 asks for 8,000 octets at least, and
/// older ones take 2,048).
const MAX_URL_CHARACTERS: usize = 2048;

/// Who is told when a run has ended.
#[derive(Args)]
#[command(next_help_heading = "Callback")]
pub(crate) struct CallbackArguments {
    /// The URL that is told of every run's end, by a POST signed as Standard Webhooks says; its secret is printed once
    #[arg(long, value_name = "URL", value_parser = callback_url)]
    callback_url: Option<String>,
}

impl CallbackArguments {
    /// Gives the trigger the callback that the flags ask for, if they do, and stores the secret that was made for it:
    /// before the trigger, so that no trigger names a secret that is not there.
    pub(super) async fn store(
        self,
        connection: &Connection,
        trigger: &mut Trigger,
    ) -> Result<Option<Secret>, Error> {
        let Some(url) = self.callback_url else { return Ok(None) };
        if connection.store.trigger(&trigger.id).await?.is_some() {
            return Err(taken(&trigger.id));
        }
        let secret = new_secret()?;
        let reference =
            SecretReference { id: identifier()?, added_at: trigger.created_at, expires_at: None };
        connection.runs.secrets().put(trigger, &reference, &secret).await?;
        trigger.callback = Some(Callback { url, secrets: vec![reference] });
        Ok(Some(secret))
    }
}

/// 256 random bits, in the form of Standard Webhooks' symmetric secrets.
fn new_secret() -> Result<Secret, Error> {
    const WHAT: &str = "no secret could be made up";
    let random: [u8; 32] = auth::random().map_err(|error| Error::because(WHAT, error))?;
    Ok(Secret::new(format!("whsec_{}", BASE64_STANDARD.encode(random))))
}

/// Reads where a callback may go. In the clear only to the same machine, and only where the worker lets it.
fn callback_url(text: &str) -> Result<String, String> {
    let sound = text.chars().count() <= MAX_URL_CHARACTERS
        && text.chars().all(|letter| letter.is_ascii_graphic() && letter != '\\');
    let (scheme, behind) = text.split_once("://").unwrap_or_default();
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    if !sound || authority.is_empty() || !matches!(scheme, "http" | "https") {
        return Err(format!(
            "an address as in https://example.org/runs is expected, of at most {MAX_URL_CHARACTERS} characters"
        ));
    }
    if authority.contains('@') {
        return Err(
            "a user name or password is not sent: the signature says whose it is".to_owned()
        );
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    };
    if scheme == "http" && !["127.0.0.1", "localhost", "[::1]"].contains(&host) {
        return Err("http is for this machine: anyone in between could read the results".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use shared::webhook::{check_secret, named};

    use super::*;

    #[test]
    fn secrets_that_are_made_up_sign_and_differ() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        check_secret(named("standard-webhooks").unwrap(), &one).unwrap();
    }

    #[test]
    fn a_callback_goes_to_https_or_to_this_machine() {
        for url in [
            "https://example.org/runs",
            "https://example.org",
            "https://example.org:8443/runs?key=1#x",
            "http://127.0.0.1:9000/runs",
            "http://localhost/",
            "http://[::1]:80/",
        ] {
            assert_eq!(callback_url(url).unwrap(), url);
        }
        for url in [
            "",
            "example.org",
            "ftp://example.org/",
            "https://",
            "https:///runs",
            "http://example.org/",
            "http://127.0.0.1.example.org/",
            "https://user:word@example.org/",
            "http://localhost@example.org/",
            "https://example.org/a b",
            "https://example.org\\@evil/",
            &format!("https://example.org/{}", "a".repeat(2048)),
        ] {
            assert!(callback_url(url).is_err(), "{url}");
        }
    }
}
