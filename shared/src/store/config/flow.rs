//! Flows: immutable versions, and which of them each environment serves.

use std::fmt::Write as _;

use crate::{
    model::{ContentHash, Environment, Flow, FlowReference, FlowVersion, Timestamp, WorkspaceId},
    store::{
        Error, Store,
        client::{ABSENT, Condition, Write, names},
        codec,
        item::{self, Item, MAIN, Reader, binary, text, time},
    },
};

/// A version of a flow without its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedVersion {
    /// Which one.
    pub reference: FlowReference,
    /// When it was published first.
    pub published_at: Timestamp,
}

fn pk(workspace: &WorkspaceId, name: &str) -> String {
    format!("FLOW#{workspace}#{name}")
}

fn sk(hash: &ContentHash) -> String {
    format!("V#{hash}")
}

/// Each environment has an attribute of its own, so that publishing to one never undoes a
/// publication to another that happens at the same time.
const fn serves(environment: Environment) -> &'static str {
    match environment {
        Environment::Dev => "serves_dev",
        Environment::Uat => "serves_uat",
        Environment::Prod => "serves_prod",
    }
}

fn read(item: &Item) -> Result<Flow, Error> {
    let stored = Reader::new(item, "flow");
    let mut flow = Flow {
        workspace: stored.parse("workspace")?,
        name: stored.text("name")?.to_owned(),
        serves: std::collections::BTreeMap::new(),
        updated_at: stored.time("updated_at")?,
    };
    for environment in Environment::ALL {
        if let Some(reference) = stored.optional_text(serves(environment)) {
            let reference = serde_json::from_str(reference).map_err(|_| stored.corrupt())?;
            flow.serves.insert(environment, reference);
        }
    }
    Ok(flow)
}

impl Store {
    /// Stores a version of a flow, unless it is there, and has `environments` serve it from now on.
    /// Returns the flow as it is then. Caches notice within 30 s.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn publish(
        &self,
        version: &FlowVersion,
        environments: &[Environment],
    ) -> Result<Flow, Error> {
        let pk = pk(&version.workspace, &version.name);
        let mut item = item::key(&pk, sk(&version.hash));
        item.insert("version".to_owned(), text(&version.version));
        item.insert("source".to_owned(), binary(codec::compress(version.source.as_bytes())?));
        item.insert("published_at".to_owned(), time(version.published_at));
        let absent = Condition { expression: ABSENT, values: Vec::new() };
        // The version first: what a flow serves must be there. One that is there is the same.
        self.put(&self.tables.config, item, absent).await?;

        let reference = serde_json::to_string(&FlowReference {
            name: version.name.clone(),
            version: version.version.clone(),
            hash: version.hash.clone(),
        })
        .map_err(Error::internal)?;
        let mut update =
            "SET #workspace = :workspace, #name = :name, #updated_at = :now".to_owned();
        let mut values = vec![
            (":workspace", text(version.workspace.as_str())),
            (":name", text(&version.name)),
            (":now", time(version.published_at)),
        ];
        for environment in environments {
            // Writing to a string cannot fail.
            let _ = write!(update, ", #{} = :reference", serves(*environment));
        }
        if !environments.is_empty() {
            values.push((":reference", text(reference)));
        }
        // The workspace is part of the key, so this always holds.
        let expression = "attribute_not_exists(#pk) OR #workspace = :workspace";
        let condition = Condition { expression, values };
        let key = item::key(pk, MAIN);
        match self.update(&self.tables.config, key, &update, condition).await? {
            Write::Done(item) => read(&item),
            Write::Refused(_) => Err(Error::Corrupt { what: "flow" }),
        }
    }

    /// A flow.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn flow(&self, workspace: &WorkspaceId, name: &str) -> Result<Option<Flow>, Error> {
        self.config(pk(workspace, name), MAIN).await?.as_ref().map(read).transpose()
    }

    /// A workspace's flows, by name.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn flows(&self, workspace: &WorkspaceId) -> Result<Vec<Flow>, Error> {
        self.records(workspace, "FLOW#").await?.iter().map(read).collect()
    }

    /// A version of a flow. It never changes, so it may be kept for ever.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn flow_version(
        &self,
        workspace: &WorkspaceId,
        name: &str,
        hash: &ContentHash,
    ) -> Result<Option<FlowVersion>, Error> {
        let Some(item) = self.config(pk(workspace, name), &sk(hash)).await? else {
            return Ok(None);
        };
        let stored = Reader::new(&item, "flow version");
        let source = stored.optional_binary("source").ok_or_else(|| stored.corrupt())?;
        let source = codec::decompress(source, "flow version")?;
        let version = FlowVersion {
            workspace: workspace.clone(),
            name: name.to_owned(),
            version: stored.text("version")?.to_owned(),
            hash: hash.clone(),
            source: String::from_utf8(source).map_err(|_| stored.corrupt())?,
            published_at: stored.time("published_at")?,
        };
        Ok(Some(version))
    }

    /// Every version of a flow, newest first.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn flow_versions(
        &self,
        workspace: &WorkspaceId,
        name: &str,
    ) -> Result<Vec<PublishedVersion>, Error> {
        let condition = "#pk = :pk AND begins_with(#sk, :version)";
        let projection = "#sk, #version, #published_at";
        let query = self
            .client
            .query()
            .table_name(&self.tables.config)
            .consistent_read(true)
            .key_condition_expression(condition)
            .projection_expression(projection)
            .set_expression_attribute_names(names(&[condition, projection]))
            .expression_attribute_values(":pk", text(pk(workspace, name)))
            .expression_attribute_values(":version", text("V#"));
        let items: Vec<Item> = query.into_paginator().items().send().try_collect().await?;
        let mut versions =
            items.iter().map(|item| listed(item, name)).collect::<Result<Vec<_>, _>>()?;
        versions.sort_by_key(|version| std::cmp::Reverse(version.published_at));
        Ok(versions)
    }
}

fn listed(item: &Item, name: &str) -> Result<PublishedVersion, Error> {
    let stored = Reader::new(item, "flow version");
    let hash = stored.text("sk")?.strip_prefix("V#").ok_or_else(|| stored.corrupt())?;
    Ok(PublishedVersion {
        reference: FlowReference {
            name: name.to_owned(),
            version: stored.text("version")?.to_owned(),
            hash: ContentHash::from_stored(hash.to_owned()),
        },
        published_at: stored.time("published_at")?,
    })
}
