//! Configuration records: JSON in the attribute `record`, beside the attributes that change or
//! that an index needs.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    model::WorkspaceId,
    store::{
        Error, Store,
        client::{Condition, Write, names},
        item::{self, Item, MAIN, Reader, text},
        tables::CONFIG_BY_WORKSPACE,
    },
};

/// What became of a new record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is stored, now or by the same call before.
    Done,
    /// Another one has its id. Nothing was written.
    Taken,
}

pub(super) fn record<T: Serialize>(
    pk: String,
    workspace: &WorkspaceId,
    value: &T,
) -> Result<Item, Error> {
    let mut item = item::key(pk, MAIN);
    item.insert("workspace".to_owned(), text(workspace.as_str()));
    let json = serde_json::to_string(value).map_err(Error::internal)?;
    item.insert("record".to_owned(), text(json));
    Ok(item)
}

pub(super) fn value<T: DeserializeOwned>(record: Reader<'_>) -> Result<T, Error> {
    serde_json::from_str(record.text("record")?).map_err(|_| record.corrupt())
}

impl Store {
    pub(super) async fn config(&self, pk: String, sk: &str) -> Result<Option<Item>, Error> {
        self.get(&self.tables.config, item::key(pk, sk)).await
    }

    /// Stores a record that `condition` lets through.
    pub(super) async fn put_record(&self, item: Item, condition: Condition) -> Result<Put, Error> {
        Ok(match self.put(&self.tables.config, item.clone(), condition).await? {
            Write::Done(_) => Put::Done,
            // Ours, when an answer was lost on the way.
            Write::Refused(Some(stored)) if stored == item => Put::Done,
            Write::Refused(_) => Put::Taken,
        })
    }

    /// Every record of one kind in a workspace, by id. The index follows the table within a second.
    pub(super) async fn records(
        &self,
        workspace: &WorkspaceId,
        kind: &'static str,
    ) -> Result<Vec<Item>, Error> {
        let condition = "#workspace = :workspace AND begins_with(#pk, :kind)";
        let query = self
            .client
            .query()
            .table_name(&self.tables.config)
            .index_name(CONFIG_BY_WORKSPACE)
            .key_condition_expression(condition)
            .set_expression_attribute_names(names(&[condition]))
            .expression_attribute_values(":workspace", text(workspace.as_str()))
            .expression_attribute_values(":kind", text(kind));
        Ok(query.into_paginator().items().send().try_collect().await?)
    }
}
