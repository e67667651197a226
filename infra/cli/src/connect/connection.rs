//! What commands work with.

use std::path::Path;

use local::Endpoints;
use shared::{
    clock::Clock,
    config::Config,
    connect,
    model::{Timestamp, WorkspaceId},
    runs::{Parts, Runs, Settings},
    store::Store,
};

use super::{
    DEFAULT_DATA, DEMO_WORKSPACE,
    folder::{GROUP, ROLE_ARN},
};
use crate::{
    arguments::Global,
    error::Error,
    scheduler::{Places, Scheduler},
};

/// Tables, use cases, and the workspace that the command line names.
pub(crate) struct Connection {
    /// Records.
    pub(crate) store: Store,
    /// Use cases.
    pub(crate) runs: Runs,
    /// Time.
    pub(crate) clock: Clock,
    /// The API's address, where it is known.
    pub(crate) base_url: Option<String>,
    workspace: Option<WorkspaceId>,
    scheduler: Option<Scheduler>,
}

impl Connection {
    /// Puts together what the command line and the environment say.
    pub(crate) fn open(global: &Global) -> Result<Self, Error> {
        let Ways { parts, scheduler, base_url } =
            if global.local { local(global)? } else { aws(global)? };
        let named = global.workspace.as_deref();
        let workspace = named.or(global.local.then_some(DEMO_WORKSPACE)).map(str::parse);
        let workspace = workspace.transpose().map_err(|error: shared::model::InvalidId| {
            Error::Usage(format!("--workspace: {error}"))
        })?;
        let (store, clock) = (parts.store.clone(), parts.clock.clone());
        let runs = Runs::new(parts, Settings::default());
        let base_url = global.base_url.clone().or(base_url);
        Ok(Self { store, runs, clock, base_url, workspace, scheduler })
    }

    /// The workspace that the command line names.
    pub(crate) fn workspace(&self) -> Result<&WorkspaceId, Error> {
        let unsaid = || Error::Usage("say which workspace: --workspace ID".to_owned());
        self.workspace.as_ref().ok_or_else(unsaid)
    }

    /// The same, looked up: what is written for a mistyped workspace would never be found again.
    pub(crate) async fn existing_workspace(&self) -> Result<&WorkspaceId, Error> {
        let id = self.workspace()?;
        match self.store.workspace(id).await? {
            Some(_) => Ok(id),
            None => Err(Error::NotFound(format!(
                "there is no workspace `{id}`: create it with `workspace create {id}`"
            ))),
        }
    }

    /// The schedules.
    pub(crate) fn scheduler(&self) -> Result<&Scheduler, Error> {
        let unsaid = || {
            Error::Usage(
                "a schedule needs to be told of its group, its role and its queue: --scheduler-group, \
                 --scheduler-role-arn and --queue-arn, or TRIGGER_SCHEDULER_GROUP, TRIGGER_SCHEDULER_ROLE_ARN and \
                 TRIGGER_QUEUE_ARN"
                    .to_owned(),
            )
        };
        self.scheduler.as_ref().ok_or_else(unsaid)
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What is reached.
struct Ways {
    parts: Parts,
    scheduler: Option<Scheduler>,
    base_url: Option<String>,
}

fn aws(global: &Global) -> Result<Ways, Error> {
    let given = |name: &str| match name {
        "TRIGGER_RUNS_TABLE" => global.runs_table.clone(),
        "TRIGGER_CONFIG_TABLE" => global.config_table.clone(),
        "TRIGGER_PAYLOADS_BUCKET" => global.payloads_bucket.clone(),
        "TRIGGER_SECRETS_PREFIX" => global.secrets_prefix.clone(),
        "TRIGGER_QUEUE_URL" => global.queue_url.clone(),
        "AWS_REGION" => global.region.clone(),
        _ => None,
    };
    let config = Config::from_environment_and(given).map_err(|error| {
        Error::Usage(format!("{error} (for the stack on this machine, say --local)"))
    })?;
    let places = || {
        Some(Places {
            group: global.scheduler_group.clone()?,
            role_arn: global.scheduler_role_arn.clone()?,
            queue_arn: global.queue_arn.clone()?,
        })
    };
    let scheduler = places().map(|places| Scheduler::connect(&config, places));
    Ok(Ways { parts: connect::parts(&config), scheduler, base_url: None })
}

fn local(global: &Global) -> Result<Ways, Error> {
    let data = global.data.as_deref().unwrap_or(Path::new(DEFAULT_DATA));
    let shown = data.display();
    let endpoints = Endpoints::of_folder(data)
        .map_err(|error| Error::because(format!("the folder `{shown}` cannot be read"), error))?;
    let stopped = || {
        Error::Failed(format!(
            "no stack runs on `{shown}`: start one with `trigger-api dev`, or name its folder with --data"
        ))
    };
    let endpoints = endpoints.ok_or_else(stopped)?;
    let places = Places {
        group: GROUP.to_owned(),
        role_arn: ROLE_ARN.to_owned(),
        queue_arn: endpoints.queue_arn.clone(),
    };
    let scheduler = Some(Scheduler::new(endpoints.scheduler(), places));
    Ok(Ways { parts: endpoints.parts(), scheduler, base_url: Some(endpoints.base_url) })
}
