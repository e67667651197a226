//! A trigger's own URL for one command. Of the tokens that a trigger has only hashes are kept, so it is given another
//! one, which goes when the command ends, or after a while where the command is killed.

use std::time::Duration;

use shared::{
    auth::{self, UrlToken},
    model::{Trigger, UrlTokenRecord, Webhook},
};
use tokio::time::sleep;

use crate::{
    connect::Connection,
    error::Error,
    output::{note, time},
};

/// How long the token works at most.
const LIFETIME: Duration = Duration::from_mins(5);

/// A stack that meets a token which it does not know looks again, unless it looked within this time.
const UNTIL_KNOWN: Duration = Duration::from_secs(1);

/// A trigger with a token more.
pub(super) struct Visit<'c> {
    connection: &'c Connection,
    trigger: &'c Trigger,
    record: UrlTokenRecord,
}

impl<'c> Visit<'c> {
    /// Adds the token; its text, too.
    pub(super) async fn begin(
        connection: &'c Connection,
        trigger: &'c Trigger,
    ) -> Result<(Self, String), Error> {
        const WHAT: &str = "no token could be made";
        let random = auth::random().map_err(|error| Error::because(WHAT, error))?;
        let token = UrlToken::generate(random);
        let now = connection.now();
        let ends_at = now.after(LIFETIME);
        let record = UrlTokenRecord { expires_at: Some(ends_at), ..token.record(now) };
        let visit = Self { connection, trigger, record };
        visit.edit(|webhook| webhook.tokens.push(visit.record.clone())).await?;
        let (id, ends_at) = (&trigger.id, time(ends_at));
        note(&format!(
            "note: `{id}` has a URL for this, which ends with it, or at {ends_at} UTC\n"
        ));
        sleep(UNTIL_KNOWN).await;
        Ok((visit, token.expose()))
    }

    /// Takes the token away. What comes in its way is no failure: the token ends all the same.
    pub(super) async fn end(self) {
        let _ =
            self.edit(|webhook| webhook.tokens.retain(|known| known.id != self.record.id)).await;
    }

    async fn edit(&self, mut change: impl FnMut(&mut Webhook)) -> Result<(), Error> {
        let Trigger { workspace, id, .. } = self.trigger;
        let edited = self.connection.store.edit_trigger(workspace, id, |mut stored| {
            if let Some(webhook) = &mut stored.webhook {
                change(webhook);
            }
            Ok::<_, Error>(stored)
        });
        match edited.await? {
            Some(_) => Ok(()),
            None => Err(Error::NotFound(format!("there is no trigger `{id}` any more"))),
        }
    }
}
