//! Flows: immutable versions, and which of them each environment serves.

use std::fmt::Write as _;

use super::limit::{RUNS_IN_FLIGHT, read_runs_in_flight};
use crate::{
    model::{
        ContentHash, Environment, Flow, FlowReference, FlowVersion, MaxRuns, Timestamp, WorkspaceId,
    },
    store::{
        Error, Store,
        client::{ABSENT, Condition, Write, names},
        codec,
        item::{self, Item, MAIN, Reader, binary, number, text, time},
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
        runs_in_flight: read_runs_in_flight(stored)?,
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

    /// Limits how many runs of a flow may be in flight, or no more. Caches notice within 30 s. False when there is no
    /// such flow.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe.
    pub async fn set_flow_runs_in_flight(
        &self,
        workspace: &WorkspaceId,
        name: &str,
        count: Option<MaxRuns>,
    ) -> Result<bool, Error> {
        let exists = Condition { expression: "attribute_exists(#pk)", values: Vec::new() };
        let count = count.map(|count| number(count.get()));
        self.set_limit(item::key(pk(workspace, name), MAIN), RUNS_IN_FLIGHT, count, exists).await
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::store::{
        config::fixture::version,
        fixture::{Database, at},
    };

    fn reference(version: &FlowVersion) -> FlowReference {
        FlowReference {
            name: version.name.clone(),
            version: version.version.clone(),
            hash: version.hash.clone(),
        }
    }

    #[tokio::test]
    async fn publishing_to_two_environments_at_once_loses_neither() {
        let database = Database::start().await;
        let (first, second) = (version("1.0.0", at(0)), version("2.0.0", at(1)));
        let publish = |version, environments| database.store.publish(version, environments);
        let (dev, prod) = tokio::join!(
            publish(&first, &[Environment::Dev, Environment::Uat]),
            publish(&second, &[Environment::Prod]),
        );
        dev.and(prod).unwrap();
        let flow = database.store.flow(&first.workspace, &first.name).await.unwrap().unwrap();
        let expected = BTreeMap::from([
            (Environment::Dev, reference(&first)),
            (Environment::Uat, reference(&first)),
            (Environment::Prod, reference(&second)),
        ]);
        assert_eq!(flow.serves, expected);
    }

    #[tokio::test]
    async fn a_version_is_published_once_and_may_be_served_by_nobody() {
        let database = Database::start().await;
        let first = version("1.0.0", at(0));
        let again = FlowVersion { published_at: at(9), ..first.clone() };
        let flow = database.store.publish(&first, &[]).await.unwrap();
        assert_eq!((flow.serves, flow.updated_at), (BTreeMap::new(), at(0)));
        let flow = database.store.publish(&again, &[Environment::Dev]).await.unwrap();
        assert_eq!(flow.updated_at, at(9));
        assert_eq!(flow.serves, BTreeMap::from([(Environment::Dev, reference(&first))]));
        let (workspace, name) = (&first.workspace, first.name.as_str());
        let stored = database.store.flow_version(workspace, name, &first.hash).await.unwrap();
        assert_eq!(stored.as_ref(), Some(&first));
        let none = database.store.flow_version(workspace, name, &version("9", at(0)).hash).await;
        assert_eq!(none.unwrap(), None);
    }

    #[tokio::test]
    async fn flows_and_their_versions_are_listed() {
        let database = Database::start().await;
        for (number, seconds) in [("1.0.0", 0), ("2.0.0", 5), ("1.5.0", 3)] {
            database.store.publish(&version(number, at(seconds)), &[]).await.unwrap();
        }
        let mut other = version("1.0.0", at(0));
        other.name = "a#b".to_owned();
        let other = database.store.publish(&other, &[Environment::Dev]).await.unwrap();
        let workspace = &other.workspace;
        let flow = database.store.flow(workspace, "greeting").await.unwrap().unwrap();
        assert_eq!(database.store.flows(workspace).await.unwrap(), [other.clone(), flow]);
        let versions = database.store.flow_versions(workspace, "greeting").await.unwrap();
        let numbers = versions.iter().map(|version| version.reference.version.as_str());
        assert_eq!(numbers.collect::<Vec<_>>(), ["2.0.0", "1.5.0", "1.0.0"]);
        assert_eq!(versions[2].reference, reference(&version("1.0.0", at(0))));
        assert_eq!(versions[2].published_at, at(0));
        assert_eq!(database.store.flow(workspace, "none").await.unwrap(), None);
    }

    #[tokio::test]
    async fn the_largest_source_reads_back() {
        let database = Database::start().await;
        let source = crate::store::fixture::noise(crate::model::limits::MAX_FLOW_BYTES);
        let hash = ContentHash::of(source.as_bytes());
        let version = FlowVersion { hash, source, ..version("1.0.0", at(0)) };
        database.store.publish(&version, &[]).await.unwrap();
        let (workspace, name) = (&version.workspace, version.name.as_str());
        let stored = database.store.flow_version(workspace, name, &version.hash).await.unwrap();
        assert!(stored == Some(version));
    }
}
