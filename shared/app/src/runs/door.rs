//! A trigger's own URL, and who may come in by it.

use std::sync::Arc;

use super::{Error, Runs, Subject};
use crate::{
    auth::{KeyToken, UrlToken},
    model::{Environment, Timestamp, Trigger, TriggerId, TriggerState},
};

/// A trigger that its URL opened.
#[derive(Clone, Debug)]
pub struct Door {
    /// The trigger.
    pub trigger: Arc<Trigger>,
    /// Where its flow runs.
    pub environment: Environment,
}

impl Runs {
    /// The trigger whose URL holds `key`, its own token or, where the workspace allows it, a key of that,
    /// to be started. Every reason to refuse gives the same error; to who has a key that is accepted,
    /// the same as with the key in a header.
    ///
    /// # Errors
    /// [`Error::NotAdmitted`]; as [`Runs::trigger`]; [`Error::Store`] when it could not be looked up (retry
    /// is safe).
    pub async fn open(&self, key: &str, trigger: &str) -> Result<Door, Error> {
        if UrlToken::parse(key).is_err() {
            return self.open_by_key(key, trigger).await;
        }
        let door = self.enter(key, trigger).await?;
        let Door { trigger, environment } = &door;
        if trigger.state != TriggerState::Active {
            return Err(self.refuse("paused"));
        }
        if !trigger.environments.contains(environment) {
            return Err(self.refuse("closed_environment"));
        }
        Ok(door)
    }

    async fn open_by_key(&self, key: &str, trigger: &str) -> Result<Door, Error> {
        KeyToken::parse(key).map_err(|_| self.refuse("malformed_token"))?;
        let caller = self.authenticate_in_path(key, Subject::Trigger(trigger)).await;
        let caller = caller.map_err(|error| match error {
            Error::Unauthenticated => self.refuse("key_not_accepted"),
            other => other,
        })?;
        let (found, environment) = self.furthest_trigger(&caller, trigger).await?;
        let Some(webhook) = &found.webhook else { return Ok(Door { trigger: found, environment }) };
        let environment = webhook.environment;
        let trigger = self.trigger(&caller, trigger, environment).await?;
        Ok(Door { trigger, environment })
    }

    /// The trigger whose URL holds its own token `key`, be it paused or not.
    ///
    /// # Errors
    /// As [`Runs::open`].
    pub(super) async fn enter(&self, key: &str, trigger: &str) -> Result<Door, Error> {
        // Whoever has nothing like a key makes us read nothing.
        let token = UrlToken::parse(key).map_err(|_| self.refuse("malformed_token"))?;
        let id: TriggerId = trigger.parse().map_err(|_| self.refuse("unknown_trigger"))?;
        let now = self.now();
        let known = self.config.trigger(&id, now).await?;
        let permitted = match known.map(|trigger| permitted(&token, trigger, now)) {
            Some(Ok(door)) => Ok(door),
            // Its token may have been made a moment ago.
            _ => match self.config.trigger_anew(&id, now).await? {
                Some(trigger) => permitted(&token, trigger, now),
                None => Err("unknown_trigger"),
            },
        };
        let door = permitted.map_err(|reason| self.refuse(reason))?;
        self.notes.workspace(door.trigger.workspace.as_str());
        self.notes.trigger(door.trigger.id.as_str());
        Ok(door)
    }

    /// Notes why a request is not admitted. The caller is told the same whatever it is.
    pub(super) fn refuse(&self, reason: &'static str) -> Error {
        self.notes.webhook(reason);
        Error::NotAdmitted
    }
}

/// What the token in a URL's path permits.
fn permitted(
    token: &UrlToken,
    trigger: Arc<Trigger>,
    now: Timestamp,
) -> Result<Door, &'static str> {
    let webhook = trigger.webhook.as_ref().ok_or("no_webhook")?;
    if !token.opens(&webhook.tokens, now) {
        return Err("wrong_token");
    }
    let environment = webhook.environment;
    Ok(Door { trigger, environment })
}
