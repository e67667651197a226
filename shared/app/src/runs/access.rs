//! Who is calling, and what they may reach.

use std::sync::Arc;

use super::{Error, Runs};
use crate::{
    auth::{Key, KeyToken, Scope},
    model::{Environment, Trigger, TriggerId, TriggerState, WorkspaceId},
};

/// A caller whose key was accepted for a workspace.
#[derive(Clone, Debug)]
pub struct Caller {
    key: Arc<Key>,
}

impl Caller {
    /// The workspace the caller acts in.
    #[must_use]
    pub fn workspace(&self) -> &WorkspaceId {
        &self.key.workspace
    }

    /// Fails unless the key has the scope at all.
    pub(super) fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.key.holds(scope, &self.key.workspace) {
            Ok(())
        } else {
            Err(Error::Forbidden { scope: scope.as_str() })
        }
    }

    /// Whether the key reaches what belongs to this workspace, environment and trigger.
    pub(super) fn reaches(
        &self,
        scope: Scope,
        workspace: &WorkspaceId,
        environment: Environment,
        trigger: &TriggerId,
    ) -> bool {
        self.key.may(scope, workspace, environment, trigger)
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
        self.notes.workspace(key.workspace.as_str());
        // When a key was last used is told to the hour; a request does not fail for it.
        if let Err(error) = self.config.touch_key(&key, now).await {
            tracing::warn!(error = %error, "Could not note the use of a key");
        }
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
    ) -> Result<Arc<Trigger>, Error> {
        caller.require(Scope::Trigger)?;
        let id: TriggerId = id.parse().map_err(|_| Error::NoTrigger)?;
        let trigger = self.config.trigger(&id, self.now()).await?.ok_or(Error::NoTrigger)?;
        let open = trigger.state == TriggerState::Active
            && trigger.environments.contains(&environment)
            && caller.reaches(Scope::Trigger, &trigger.workspace, environment, &id);
        if !open {
            return Err(Error::NoTrigger);
        }
        self.notes.trigger(trigger.id.as_str());
        Ok(trigger)
    }
}
