//! `flow publish`.

use std::path::PathBuf;

use clap::Args;
use shared::{
    flow::{self, Document},
    model::{ContentHash, FlowVersion, Timestamp, WorkspaceId},
    store::config::PublishedVersion,
};

use super::{
    answer::Shown,
    report::{Findings, Report},
    source::Source,
};
use crate::{
    connect::Connection,
    environments::{self, Wanted},
    error::Error,
    output::{Output, note},
};

/// What to publish, and where.
#[derive(Args)]
pub(crate) struct Arguments {
    /// A flow in YAML or JSON; `-` is standard input
    file: PathBuf,
    /// Where to serve it: DEV, UAT, PROD, or all
    #[arg(long, required = true, value_delimiter = ',', value_name = "ENVIRONMENT")]
    env: Vec<Wanted>,
}

pub(super) async fn publish(
    arguments: &Arguments,
    connection: &Connection,
    output: Output,
) -> Result<(), Error> {
    let source = Source::read(&arguments.file)?;
    let checked = flow::check(&source.text);
    let findings = Findings::new(&source, &checked);
    let Ok(checked) = checked else {
        let report = Report { files: vec![findings] };
        output.answer(&report)?;
        return Err(Error::Shown(report.verdict().code()));
    };
    note(&findings.lines());
    let workspace = connection.existing_workspace().await?;
    let document = checked.plan.document;
    let version = version(document, source.text, workspace.clone(), connection.now());
    let store = &connection.store;
    let flow = store.publish(&version, &environments::named(&arguments.env)).await?;
    let versions = store.flow_versions(workspace, &flow.name).await?;
    if is_number_reused(&version, &versions) {
        note(&format!(
            "warning: version {} of `{}` was published with other content too; only the hash tells them apart\n",
            version.version, version.name
        ));
    }
    output.answer(&Shown::whole(flow, versions))
}

/// The version of a flow that a text is.
pub(crate) fn version(
    document: Document,
    source: String,
    workspace: WorkspaceId,
    now: Timestamp,
) -> FlowVersion {
    FlowVersion {
        workspace,
        name: document.name,
        version: document.version,
        hash: ContentHash::of(source.as_bytes()),
        source,
        published_at: now,
    }
}

fn is_number_reused(version: &FlowVersion, versions: &[PublishedVersion]) -> bool {
    versions.iter().any(|other| {
        other.reference.version == version.version && other.reference.hash != version.hash
    })
}
