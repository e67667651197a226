//! Who is calling, and what they may reach.

use std::{slice, sync::Arc};

use serde_json::{Map, Value};

use super::{Door, Error, Runs};
use crate::{
    auth::{self, KeyToken, Scope, UrlToken},
    flow,
    model::{Environment, RunId, Trigger, TriggerId, TriggerState, WorkspaceId},
};

/// A caller who was accepted for a workspace.
#[derive(Clone, Debug)]
pub struct Caller(By);

/// What the caller was accepted by.
#[derive(Clone, Debug)]
enum By {
    /// A key of the workspace.
    Key(Arc<auth::Key>),
    /// A token of the trigger's URL: it starts this one trigger, in the environment of its webhook,
    /// and reads its runs there.
    UrlToken { trigger: Arc<Trigger>, environment: Environment },
}

/// A key as a request has it.
pub enum Key<'r> {
    /// In the path: a key, or the token of a trigger's URL.
    Path(String),
    /// In a header.
    Header(&'r str),
}

/// What a path that holds a key or a token is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'p> {
    /// The trigger that is named in it.
    Trigger(&'p str),
    /// The run that is named in it.
    Run(&'p str),
}

impl Caller {
    /// The workspace the caller acts in.
    #[must_use]
    pub fn workspace(&self) -> &WorkspaceId {
        match &self.0 {
            By::Key(key) => &key.workspace,
            By::UrlToken { trigger, .. } => &trigger.workspace,
        }
    }

    /// The triggers and the environments that the caller is limited to; absent stands for all.
    pub(super) fn limits(&self) -> (Option<&[TriggerId]>, Option<&[Environment]>) {
        match &self.0 {
            By::Key(key) => (key.triggers.as_deref(), key.environments.as_deref()),
            By::UrlToken { trigger, environment } => {
                (Some(slice::from_ref(&trigger.id)), Some(slice::from_ref(environment)))
            }
        }
    }

    /// Fails unless the caller has the scope at all.
    pub(super) fn require(&self, scope: Scope) -> Result<(), Error> {
        let holds = match &self.0 {
            By::Key(key) => key.holds(scope, &key.workspace),
            By::UrlToken { .. } => is_of_url_token(scope),
        };
        if holds { Ok(()) } else { Err(Error::Forbidden { scope: scope.as_str() }) }
    }

    /// Whether the caller reaches what belongs to this workspace, environment and trigger.
    pub(super) fn reaches(
        &self,
        scope: Scope,
        workspace: &WorkspaceId,
        environment: Environment,
        trigger: &TriggerId,
    ) -> bool {
        match &self.0 {
            By::Key(key) => key.may(scope, workspace, environment, trigger),
            By::UrlToken { trigger: own, environment: of_url } => {
                is_of_url_token(scope)
                    && own.workspace == *workspace
                    && own.id == *trigger
                    && *of_url == environment
            }
        }
    }
}

const fn is_of_url_token(scope: Scope) -> bool {
    matches!(scope, Scope::Trigger | Scope::ReadResults)
}

impl Runs {
    /// Accepts a key for a workspace. Every reason to refuse gives the same error.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; [`Error::Store`] when the key could not be looked up (retry is safe).
    pub async fn authenticate(&self, token: &str, workspace: &str) -> Result<Caller, Error> {
        self.accept_key(&parse(token)?, Some(workspace)).await
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
        let token = parse(token)?;
        let accepted = self.accept_key(&token, workspace);
        let (caller, _) = futures::join!(accepted, self.read_ahead(trigger, environment));
        caller
    }

    async fn read_ahead(
        &self,
        trigger: &str,
        environment: Option<Environment>,
    ) -> Result<(), Error> {
        let trigger = self.known_trigger(trigger).await?;
        self.read_flow_ahead(&trigger, environment).await
    }

    /// Reads what a start of this trigger needs, while something else is waited for.
    pub(super) async fn read_flow_ahead(
        &self,
        trigger: &Trigger,
        environment: Option<Environment>,
    ) -> Result<(), Error> {
        let (flow, _) = futures::join!(
            self.config.flow(&trigger.workspace, &trigger.flow, self.now()),
            self.config.workspace(&trigger.workspace, self.now()),
        );
        let flow = flow?.ok_or(Error::NoTrigger)?;
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
        self.accept_key(&parse(token)?, None).await
    }

    /// Accepts a key, wherever the request about `subject` has it.
    ///
    /// # Errors
    /// As [`Runs::authenticate`].
    pub async fn accept(&self, key: Key<'_>, subject: Subject<'_>) -> Result<Caller, Error> {
        match key {
            Key::Path(text) => self.authenticate_in_path(&text, subject).await,
            Key::Header(key) => self.authenticate_by_key(key).await,
        }
    }

    /// Accepts a key or a URL's token that stands in the path of a request: a token for its own
    /// trigger and the runs of that, a key where its workspace allows keys in paths. Every reason to
    /// refuse gives the same error, a token's run that is not there and a trigger that is another's too.
    ///
    /// # Errors
    /// As [`Runs::authenticate`].
    pub async fn authenticate_in_path(
        &self,
        text: &str,
        subject: Subject<'_>,
    ) -> Result<Caller, Error> {
        if UrlToken::parse(text).is_err() {
            return self.accept_key_in_path(text).await;
        }
        let trigger = self.trigger_of(subject).await?.ok_or(Error::Unauthenticated)?;
        match self.enter(text, &trigger).await {
            Ok(Door { trigger, environment }) => Ok(Caller(By::UrlToken { trigger, environment })),
            Err(Error::NotAdmitted) => Err(Error::Unauthenticated),
            Err(error) => Err(error),
        }
    }

    async fn accept_key_in_path(&self, text: &str) -> Result<Caller, Error> {
        let key = self.genuine_key(&parse(text)?).await?;
        let workspace = self.config.workspace(&key.workspace, self.now()).await?;
        if !workspace.is_some_and(|workspace| workspace.keys_in_paths) {
            return Err(Error::Unauthenticated);
        }
        Ok(self.accepted(key).await)
    }

    /// The id of the trigger that a path is about.
    async fn trigger_of(&self, subject: Subject<'_>) -> Result<Option<String>, Error> {
        let run = match subject {
            Subject::Trigger(id) => return Ok(Some(id.to_owned())),
            Subject::Run(id) => id.parse::<RunId>(),
        };
        let Ok(run) = run else { return Ok(None) };
        Ok(self.store.look(run).await?.map(|run| run.trigger.to_string()))
    }

    async fn accept_key(&self, token: &KeyToken, workspace: Option<&str>) -> Result<Caller, Error> {
        let key = self.genuine_key(token).await?;
        if workspace.is_some_and(|workspace| key.workspace.as_str() != workspace) {
            return Err(Error::Unauthenticated);
        }
        Ok(self.accepted(key).await)
    }

    async fn genuine_key(&self, token: &KeyToken) -> Result<Arc<auth::Key>, Error> {
        let now = self.now();
        let key = self.config.key(&token.id(), now).await?;
        key.filter(|key| key.verify(token, now)).ok_or(Error::Unauthenticated)
    }

    async fn accepted(&self, key: Arc<auth::Key>) -> Caller {
        self.notes.workspace(key.workspace.as_str());
        // When a key was last used is told to the hour; a request does not fail for it.
        if let Err(error) = self.config.touch_key(&key, self.now()).await {
            tracing::warn!(error = %error, "Could not note the use of a key");
        }
        self.standing.asked_by(&key);
        Caller(By::Key(key))
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
        let trigger = self.known_trigger(id).await?;
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
        let trigger = self.known_trigger(id).await?;
        let flow = self.config.flow(caller.workspace(), &trigger.flow, self.now()).await?;
        let flow = flow.ok_or(Error::NoTrigger)?;
        let found = Environment::ALL.into_iter().rev().find(|environment| {
            flow.serves.contains_key(environment) && is_open(&trigger, caller, *environment)
        });
        let environment = found.ok_or(Error::NoTrigger)?;
        self.notes.trigger(trigger.id.as_str());
        Ok((trigger, environment))
    }

    /// The trigger with this id, whoever's it is.
    async fn known_trigger(&self, id: &str) -> Result<Arc<Trigger>, Error> {
        let id: TriggerId = id.parse().map_err(|_| Error::NoTrigger)?;
        self.config.trigger(&id, self.now()).await?.ok_or(Error::NoTrigger)
    }

    /// Named texts, as of a form, and files among them, as the input that the trigger's flow declares there.
    ///
    /// # Errors
    /// As [`Runs::start`]; writes nothing.
    pub async fn input_of_fields(
        &self,
        trigger: &Trigger,
        environment: Environment,
        fields: Vec<(String, Value)>,
    ) -> Result<Map<String, Value>, Error> {
        let (_, plan) = self.served_plan(trigger, environment).await?;
        Ok(flow::typed(plan.input_schema.as_ref(), fields))
    }
}

/// What reads as a key.
fn parse(text: &str) -> Result<KeyToken, Error> {
    KeyToken::parse(text).map_err(|_| Error::Unauthenticated)
}

fn is_open(trigger: &Trigger, caller: &Caller, environment: Environment) -> bool {
    trigger.state == TriggerState::Active
        && trigger.environments.contains(&environment)
        && caller.reaches(Scope::Trigger, &trigger.workspace, environment, &trigger.id)
}
