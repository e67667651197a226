//! Who is calling, and what they may reach.

use super::{Error, Runs};
use crate::{
    auth::{Key, KeyToken, Scope},
    model::{Environment, Trigger, TriggerId, TriggerState, WorkspaceId},
};

/// A caller whose key was accepted for a workspace.
#[derive(Clone, Debug)]
pub struct Caller {
    key: Key,
}

impl Caller {
    /// The workspace the caller acts in.
    #[must_use]
    pub const fn workspace(&self) -> &WorkspaceId {
        &self.key.workspace
    }

    fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.key.has(scope) { Ok(()) } else { Err(Error::Forbidden { scope: scope.as_str() }) }
    }

    /// Fails unless the key may read results.
    pub(super) fn require_results(&self) -> Result<(), Error> {
        self.require(Scope::ReadResults)
    }

    pub(super) fn require_cancel(&self) -> Result<(), Error> {
        self.require(Scope::Cancel)
    }

    /// Whether runs of this trigger and environment are the key's to see.
    pub(super) fn sees(&self, environment: Environment, trigger: &TriggerId) -> bool {
        self.key.covers(environment, trigger)
    }
}

impl Runs {
    /// Accepts a key for a workspace. Every reason to refuse gives the same error.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; [`Error::Store`] when the key could not be looked up (retry is safe).
    pub async fn authenticate(&self, token: &str, workspace: &str) -> Result<Caller, Error> {
        let token = KeyToken::parse(token).map_err(|_| Error::Unauthenticated)?;
        let now = self.now();
        let key = self.config.key(&token.id(), now).await?.ok_or(Error::Unauthenticated)?;
        if !key.verify(&token, now) || key.workspace.as_str() != workspace {
            return Err(Error::Unauthenticated);
        }
        self.config.note_use(&key, now).await;
        Ok(Caller { key })
    }

    /// The trigger that the caller may start in this environment.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the scope; [`Error::NoTrigger`] for one that is not there, is
    /// paused, does not serve the environment or is not the key's to start.
    pub async fn trigger(
        &self,
        caller: &Caller,
        id: &str,
        environment: Environment,
    ) -> Result<Trigger, Error> {
        caller.require(Scope::Trigger)?;
        let id: TriggerId = id.parse().map_err(|_| Error::NoTrigger)?;
        let trigger = self.config.trigger(&id, self.now()).await?.ok_or(Error::NoTrigger)?;
        let open = trigger.workspace == *caller.workspace()
            && trigger.state == TriggerState::Active
            && trigger.environments.contains(&environment)
            && caller.sees(environment, &id);
        if open { Ok(trigger) } else { Err(Error::NoTrigger) }
    }
}
