//! Flows as they are shown.

use serde::Serialize;
use shared::{
    model::{Environment, Flow, FlowReference, MaxRuns, WorkspaceId},
    store::config::PublishedVersion,
};

use crate::{
    environments, limit,
    output::{Answer, Table, facts, time},
};

/// One flow.
#[derive(Serialize)]
pub(super) struct Shown {
    automation_id: String,
    workspace_id: WorkspaceId,
    serves: Vec<Serving>,
    runs_in_flight: Option<u32>,
    updated_at: String,
    /// Absent in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<Vec<Version>>,
    #[serde(skip)]
    flow: Flow,
}

#[derive(Serialize)]
struct Serving {
    environment: Environment,
    #[serde(rename = "version")]
    number: String,
    hash: String,
}

#[derive(Serialize)]
struct Version {
    #[serde(rename = "version")]
    number: String,
    hash: String,
    published_at: String,
    serves: Vec<Environment>,
    #[serde(skip)]
    published: String,
}

/// How much of a hash people see: enough to tell a flow's versions apart, and to name one.
const SHOWN_HASH_CHARACTERS: usize = 12;

fn short(hash: &str) -> String {
    hash.chars().take(SHOWN_HASH_CHARACTERS).collect()
}

impl From<Flow> for Shown {
    fn from(flow: Flow) -> Self {
        let serving = |(environment, reference): (&Environment, &FlowReference)| Serving {
            environment: *environment,
            number: reference.version.clone(),
            hash: reference.hash.to_string(),
        };
        Self {
            automation_id: flow.name.clone(),
            workspace_id: flow.workspace.clone(),
            serves: flow.serves.iter().map(serving).collect(),
            runs_in_flight: flow.runs_in_flight.map(MaxRuns::get),
            updated_at: flow.updated_at.to_string(),
            versions: None,
            flow,
        }
    }
}

impl Shown {
    /// With its versions.
    pub(super) fn whole(flow: Flow, versions: Vec<PublishedVersion>) -> Self {
        let version = |PublishedVersion { reference, published_at }| {
            let served = |(environment, served): (&Environment, &FlowReference)| {
                (served.hash == reference.hash).then_some(*environment)
            };
            Version {
                serves: flow.serves.iter().filter_map(served).collect(),
                number: reference.version.clone(),
                hash: reference.hash.to_string(),
                published_at: published_at.to_string(),
                published: time(published_at),
            }
        };
        let versions = versions.into_iter().map(version).collect();
        Self { versions: Some(versions), ..Self::from(flow) }
    }

    /// What an environment serves: `1.0.0 (0a1b2c3d4e5f)`.
    fn served(&self, environment: Environment) -> String {
        let served = self.flow.serves.get(&environment);
        served.map_or_else(
            || "-".to_owned(),
            |served| format!("{} ({})", served.version, short(served.hash.as_str())),
        )
    }
}

impl Answer for Shown {
    fn text(&self) -> String {
        let mut lines = vec![("Flow", self.automation_id.clone())];
        lines.extend(Environment::ALL.map(|one| (one.as_str(), self.served(one))));
        lines.push(("Runs in flight", limit::shown(self.flow.runs_in_flight)));
        lines.push(("Updated", time(self.flow.updated_at)));
        let rows = self.versions.iter().flatten().map(|version| {
            [
                version.number.clone(),
                short(&version.hash),
                version.published.clone(),
                environments::show(&version.serves),
            ]
        });
        let table = Table::new(["VERSION", "HASH", "PUBLISHED", "SERVED IN"]);
        format!("{}\n{}", facts(&lines), table.render(rows, "No versions."))
    }
}

/// All of a workspace's.
#[derive(Serialize)]
pub(super) struct Flows {
    flows: Vec<Shown>,
}

impl From<Vec<Flow>> for Flows {
    fn from(flows: Vec<Flow>) -> Self {
        Self { flows: flows.into_iter().map(Shown::from).collect() }
    }
}

impl Answer for Flows {
    fn text(&self) -> String {
        let rows = self.flows.iter().map(|flow| {
            let [dev, uat, prod] = Environment::ALL.map(|environment| flow.served(environment));
            [flow.automation_id.clone(), dev, uat, prod, time(flow.flow.updated_at)]
        });
        Table::new(["FLOW", "DEV", "UAT", "PROD", "UPDATED"])
            .render(rows, "No flows. Publish one with `flow publish`.")
    }
}
