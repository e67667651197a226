//! `trigger url …`: the address at which a webhook is called, which holds a token.

use std::time::Duration;

use clap::Subcommand;
use shared::{
    auth::{self, UrlToken},
    model::{Timestamp, TriggerId, Webhook},
};

use super::{
    answer::{Address, Tokens},
    find,
    rotation::{Replaceable as _, check_room, expire},
    secret::edited,
    webhook::webhook_of,
};
use crate::{
    connect::Connection,
    duration,
    error::Error,
    output::{Output, note},
};

/// How long an address works on after it was replaced, unless said.
const OVERLAP: Duration = Duration::from_hours(24);

/// Commands on the addresses of a webhook.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make another URL and print it, once; the one before works on for a while
    Rotate {
        /// The trigger's id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
        /// For how long the one before still works [default: 24h]
        #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
        keep: Option<Duration>,
    },
    /// Let a URL work no more, at once or after a while
    Expire {
        /// The trigger's id, or its name
        #[arg(value_name = "ID")]
        trigger: String,
        /// The id of the URL's token, as `trigger show` shows it
        #[arg(value_name = "TOKEN_ID")]
        token: String,
        /// For how long it still works: 24h [default: not at all]
        #[arg(long = "in", value_name = "DURATION", value_parser = duration::parse)]
        after: Option<Duration>,
        /// Also where no URL without an end is left, so that nobody can call the trigger
        #[arg(long)]
        force: bool,
    },
}

/// Carries a command out.
pub(super) async fn execute(
    command: Command,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let now = connection.now();
    match command {
        Command::Rotate { trigger, keep } => {
            let trigger = find(connection, &trigger).await?;
            let token = new_token()?;
            let old_until = now.after(keep.unwrap_or(OVERLAP));
            let edit = |webhook: &mut Webhook| rotate(webhook, &token, now, old_until);
            edited(connection, &trigger, edit).await?;
            let address = Address::new(&token, address(connection, &token, &trigger.id), now);
            output.answer(&address)?;
            note_address(connection);
            Ok(())
        }
        Command::Expire { trigger, token, after, force } => {
            let trigger = find(connection, &trigger).await?;
            let times = (now, after.map_or(now, |duration| now.after(duration)));
            let edit = |webhook: &mut Webhook| expire(&mut webhook.tokens, &token, times, force);
            let trigger = edited(connection, &trigger, edit).await?;
            output.answer(&Tokens::new(webhook_of(&trigger)?, now))
        }
    }
}

/// Adds a token, and lets those before it end by `old_until`. What has ended is forgotten.
fn rotate(
    webhook: &mut Webhook,
    token: &UrlToken,
    now: Timestamp,
    old_until: Timestamp,
) -> Result<(), Error> {
    check_room(&webhook.tokens, now)?;
    webhook.tokens.retain(|old| old.is_live(now));
    for old in &mut webhook.tokens {
        old.expire(old.expires_at.map_or(old_until, |end| end.min(old_until)));
    }
    webhook.tokens.push(token.record(now));
    Ok(())
}

/// A token of 256 random bits.
pub(super) fn new_token() -> Result<UrlToken, Error> {
    let random = auth::random().map_err(|error| Error::because("no token could be made", error))?;
    Ok(UrlToken::generate(random))
}

/// Where a webhook is called; without host where that is not known.
pub(super) fn address(connection: &Connection, token: &UrlToken, id: &TriggerId) -> String {
    let base = connection.base_url.as_deref().unwrap_or_default();
    format!("{base}/ext/webhook/{}/triggers/{id}", token.expose())
}

/// What has to be said of an address that was just shown.
pub(super) fn note_address(connection: &Connection) {
    note("note: the URL is shown this once, and whoever knows it can call the trigger\n");
    if connection.base_url.is_none() {
        note(
            "note: the API's address belongs in front of it: the stack's output ApiUrl, as --base-url or TRIGGER_BASE_URL\n",
        );
    }
}

#[cfg(test)]
mod tests {
    use shared::model::{Environment, Verification};

    use super::*;

    #[test]
    fn an_address_that_is_replaced_works_on_for_a_while_and_is_then_forgotten() {
        let at = Timestamp::from_millis;
        let tokens = [(); 4].map(|()| new_token().unwrap());
        let mut webhook = Webhook {
            verification: Verification::UrlTokenAlone,
            environment: Environment::Dev,
            secrets: Vec::new(),
            tokens: vec![tokens[0].record(at(0))],
            when: None,
            mapping: None,
        };
        rotate(&mut webhook, &tokens[1], at(100), at(200)).unwrap();
        assert!(rotate(&mut webhook, &tokens[2], at(150), at(250)).is_err());
        let opens =
            |webhook: &Webhook, token: &UrlToken, now| token.opens(&webhook.tokens, at(now));
        assert!(opens(&webhook, &tokens[0], 199) && !opens(&webhook, &tokens[0], 200));
        assert!(opens(&webhook, &tokens[1], 100_000));
        rotate(&mut webhook, &tokens[3], at(200), at(300)).unwrap();
        assert_eq!(webhook.tokens.len(), 2);
        assert!(!opens(&webhook, &tokens[1], 300) && opens(&webhook, &tokens[3], 300));
    }
}
