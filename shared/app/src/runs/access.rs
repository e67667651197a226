//! Who is calling, and what they may reach.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Error, Runs};
use crate::{
    auth::{Key, KeyToken, Scope},
    flow,
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

    /// The triggers and the environments that the key is limited to; absent stands for all.
    pub(super) fn limits(&self) -> (Option<&[TriggerId]>, Option<&[Environment]>) {
        (self.key.triggers.as_deref(), self.key.environments.as_deref())
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
        self.accept_key(token, Some(workspace)).await
    }

    /// Accepts a key for a workspace, or else for its own, while everything is read that a start of
    /// `trigger` needs: the first request of a process would wait for one read after another.
    ///
    /// # Errors
    /// As [`Runs::authenticate`]. Whatever else fails is asked for again by whoever can tell of it.
    pub async fn authenticate_to_start(
        &self,
        token: &str,
        workspace: Option<&str>,
        trigger: &str,
        environment: Option<Environment>,
    ) -> Result<Caller, Error> {
        // Whoever has no key at all makes us read nothing.
        KeyToken::parse(token).map_err(|_| Error::Unauthenticated)?;
        let accepted = self.accept_key(token, workspace);
        let (caller, _) = futures::join!(accepted, self.read_ahead(trigger, environment));
        caller
    }

    async fn read_ahead(
        &self,
        trigger: &str,
        environment: Option<Environment>,
    ) -> Result<(), Error> {
        let id: TriggerId = trigger.parse().map_err(|_| Error::NoTrigger)?;
        let trigger = self.config.trigger(&id, self.now()).await?.ok_or(Error::NoTrigger)?;
        let flow = self.config.flow(&trigger.workspace, &trigger.flow, self.now()).await?;
        let flow = flow.ok_or(Error::NoTrigger)?;
        let served = match environment {
            Some(environment) => flow.serves.get(&environment),
            None => flow.serves.values().next_back(),
        };
        self.plan(&trigger.workspace, served.ok_or(Error::NoTrigger)?).await?;
        Ok(())
    }

    /// Accepts a key for the workspace that it belongs to. Every reason to refuse gives the same error.
    ///
    /// # Errors
    /// As [`Runs::authenticate`].
    pub async fn authenticate_by_key(&self, token: &str) -> Result<Caller, Error> {
        self.accept_key(token, None).await
    }

    async fn accept_key(&self, token: &str, workspace: Option<&str>) -> Result<Caller, Error> {
        let token = KeyToken::parse(token).map_err(|_| Error::Unauthenticated)?;
        let now = self.now();
        let key = self.config.key(&token.id(), now).await?.ok_or(Error::Unauthenticated)?;
        let is_elsewhere = workspace.is_some_and(|workspace| key.workspace.as_str() != workspace);
        if !key.verify(&token, now) || is_elsewhere {
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
        if !is_open(&trigger, caller, environment) {
            return Err(Error::NoTrigger);
        }
        self.notes.trigger(trigger.id.as_str());
        Ok(trigger)
    }

    /// The trigger that the caller may start where no environment is named, and the environment:
    /// the one furthest on the way from DEV to PROD that the trigger and the key are open for and
    /// that serves a version of the flow.
    ///
    /// # Errors
    /// As [`Runs::trigger`].
    pub async fn furthest_trigger(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<(Arc<Trigger>, Environment), Error> {
        caller.require(Scope::Trigger)?;
        let id: TriggerId = id.parse().map_err(|_| Error::NoTrigger)?;
        let trigger = self.config.trigger(&id, self.now()).await?.ok_or(Error::NoTrigger)?;
        let flow = self.config.flow(caller.workspace(), &trigger.flow, self.now()).await?;
        let flow = flow.ok_or(Error::NoTrigger)?;
        let found = Environment::ALL.into_iter().rev().find(|environment| {
            flow.serves.contains_key(environment) && is_open(&trigger, caller, *environment)
        });
        let environment = found.ok_or(Error::NoTrigger)?;
        self.notes.trigger(trigger.id.as_str());
        Ok((trigger, environment))
    }

    /// Named texts, as of a form, as the input that the trigger's flow declares there.
    ///
    /// # Errors
    /// As [`Runs::start`]; writes nothing.
    pub async fn input_of_texts(
        &self,
        trigger: &Trigger,
        environment: Environment,
        texts: Vec<(String, String)>,
    ) -> Result<Map<String, Value>, Error> {
        let (_, plan) = self.served_plan(trigger, environment).await?;
        Ok(flow::typed(plan.input_schema.as_ref(), texts))
    }
}

fn is_open(trigger: &Trigger, caller: &Caller, environment: Environment) -> bool {
    trigger.state == TriggerState::Active
        && trigger.environments.contains(&environment)
        && caller.reaches(Scope::Trigger, &trigger.workspace, environment, &trigger.id)
}
