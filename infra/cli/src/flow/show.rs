//! `flow show`.

use clap::Args;
use serde::Serialize;
use shared::{
    model::{ContentHash, Environment, Flow, FlowVersion, WorkspaceId},
    store::config::PublishedVersion,
};

use super::answer::Shown;
use crate::{
    connect::Connection,
    error::Error,
    output::{Answer, Output},
};

/// Which flow, and which of its versions.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The flow's name
    name: String,
    /// Only the version that this environment serves
    #[arg(long, value_name = "ENVIRONMENT")]
    env: Option<Environment>,
    /// Only the version of this hash, or of one that starts so
    #[arg(long, conflicts_with = "env")]
    hash: Option<String>,
    /// The text as it was published
    #[arg(long)]
    source: bool,
}

impl Arguments {
    /// All of a flow.
    pub(super) fn of(name: String) -> Self {
        Self { name, env: None, hash: None, source: false }
    }
}

pub(super) async fn show(
    arguments: Arguments,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let Arguments { name, env, hash, source } = arguments;
    let workspace = connection.workspace()?;
    let store = &connection.store;
    let flow = store.flow(workspace, &name).await?;
    let missing =
        || Error::NotFound(format!("there is no flow `{name}` in workspace `{workspace}`"));
    let flow = flow.ok_or_else(missing)?;
    let mut versions = store.flow_versions(workspace, &name).await?;
    let wanted = match (env, hash) {
        (Some(environment), _) => Some(served(&flow, environment)?),
        (None, Some(start)) => Some(unique(&versions, &start)?),
        // Whoever asks for the text without saying which means what is tried out.
        (None, None) if source => Some(served(&flow, Environment::Dev)?),
        (None, None) => None,
    };
    if let Some(wanted) = &wanted {
        versions.retain(|version| version.reference.hash == *wanted);
    }
    match wanted.filter(|_| source) {
        None => output.answer(&Shown::whole(flow, versions)),
        Some(hash) => {
            let version = store.flow_version(workspace, &name, &hash).await?;
            let gone = || Error::NotFound(format!("there is no version {hash} of `{name}`"));
            output.answer(&Text::from(version.ok_or_else(gone)?))
        }
    }
}

fn served(flow: &Flow, environment: Environment) -> Result<ContentHash, Error> {
    let served = flow.serves.get(&environment).map(|reference| reference.hash.clone());
    served.ok_or_else(|| {
        Error::NotFound(format!("{environment} serves no version of `{}`", flow.name))
    })
}

fn unique(versions: &[PublishedVersion], start: &str) -> Result<ContentHash, Error> {
    let hashes = versions.iter().map(|version| &version.reference.hash);
    let mut fitting = hashes.filter(|hash| hash.as_str().starts_with(start));
    match (fitting.next(), fitting.next()) {
        (Some(hash), None) => Ok(hash.clone()),
        (Some(_), Some(_)) => Err(Error::Usage(format!("several versions start with `{start}`"))),
        (None, _) => Err(Error::NotFound(format!("no version starts with `{start}`"))),
    }
}

#[derive(Serialize)]
struct Text {
    automation_id: String,
    workspace_id: WorkspaceId,
    version: String,
    hash: ContentHash,
    published_at: String,
    source: String,
}

impl From<FlowVersion> for Text {
    fn from(version: FlowVersion) -> Self {
        Self {
            automation_id: version.name,
            workspace_id: version.workspace,
            version: version.version,
            hash: version.hash,
            published_at: version.published_at.to_string(),
            source: version.source,
        }
    }
}

/// The text as it is, so that it can be saved and published again.
impl Answer for Text {
    fn text(&self) -> String {
        self.source.clone()
    }
}

#[cfg(test)]
mod tests {
    use shared::model::{FlowReference, Timestamp};

    use super::*;

    #[test]
    fn a_hash_may_be_cut_short_while_it_is_unique() {
        let version = |hash: &str| PublishedVersion {
            reference: FlowReference {
                name: "hello".to_owned(),
                version: "1.0.0".to_owned(),
                hash: ContentHash::from_stored(hash.to_owned()),
            },
            published_at: Timestamp::default(),
        };
        let versions = [version("ab12"), version("ab34")];
        assert_eq!(unique(&versions, "ab1").unwrap().as_str(), "ab12");
        assert_eq!(unique(&versions, "ab").unwrap_err().code(), 2);
        assert_eq!(unique(&versions, "ff").unwrap_err().code(), 3);
    }
}
