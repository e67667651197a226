//! Providers of language models.

use super::{
    Put,
    record::{record, value},
};
use crate::{
    model::{Provider, ProviderName, WorkspaceId},
    store::{
        Error, Store,
        client::{ABSENT, Condition},
        item::{self, Item, MAIN, Reader},
    },
};

fn pk(workspace: &WorkspaceId, name: &ProviderName) -> String {
    format!("PROVIDER#{workspace}#{name}")
}

fn read(item: &Item) -> Result<Provider, Error> {
    value(Reader::new(item, "provider"))
}

fn item(provider: &Provider) -> Result<Item, Error> {
    record(pk(&provider.workspace, &provider.name), &provider.workspace, provider)
}

impl Store {
    /// Stores a new provider, or one in place of `replaced`. Caches know that one for up to 30 s more.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe. [`Put::Taken`] when there is another one of the name.
    pub async fn put_provider(
        &self,
        provider: &Provider,
        replaced: Option<&Provider>,
    ) -> Result<Put, Error> {
        let condition = match replaced {
            None => Condition { expression: ABSENT, values: Vec::new() },
            Some(replaced) => {
                let old =
                    item(replaced)?.remove("record").ok_or(Error::Corrupt { what: "provider" })?;
                Condition { expression: "#record = :old", values: vec![(":old", old)] }
            }
        };
        self.put_record(item(provider)?, condition).await
    }

    /// A provider.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn provider(
        &self,
        workspace: &WorkspaceId,
        name: &ProviderName,
    ) -> Result<Option<Provider>, Error> {
        self.config(pk(workspace, name), MAIN).await?.as_ref().map(read).transpose()
    }

    /// A workspace's providers, by name.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn providers(&self, workspace: &WorkspaceId) -> Result<Vec<Provider>, Error> {
        self.records(workspace, "PROVIDER#").await?.iter().map(read).collect()
    }

    /// Deletes a provider. Caches know it for up to 30 s more. False when there is none of the name.
    ///
    /// # Errors
    /// See [`Error`]; a retry is safe, and may find nothing left to delete.
    pub async fn delete_provider(
        &self,
        workspace: &WorkspaceId,
        name: &ProviderName,
    ) -> Result<bool, Error> {
        let condition = Condition { expression: "attribute_exists(#pk)", values: Vec::new() };
        self.delete(&self.tables.config, item::key(pk(workspace, name), MAIN), condition).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{Database, at};

    fn provider(name: &str, base_url: &str) -> Provider {
        Provider {
            workspace: "demo".parse().unwrap(),
            name: name.parse().unwrap(),
            base_url: base_url.to_owned(),
            model: None,
            key: None,
            created_at: at(0),
        }
    }

    #[tokio::test]
    async fn a_provider_takes_the_place_of_the_one_that_was_seen_only() {
        let database = Database::start().await;
        let store = &database.store;
        let (first, second) =
            (provider("own", "https://a.example"), provider("own", "https://b.example"));
        for (provider, replaced, expected) in [
            (&first, None, Put::Done),
            (&first, None, Put::Done),
            (&second, None, Put::Taken),
            (&second, Some(&first), Put::Done),
            (&second, Some(&first), Put::Done),
            (&first, Some(&first), Put::Taken),
        ] {
            assert_eq!(store.put_provider(provider, replaced).await.unwrap(), expected);
        }
        let found = store.provider(&second.workspace, &second.name).await.unwrap();
        assert_eq!(found.as_ref(), Some(&second));
    }

    #[tokio::test]
    async fn providers_are_listed_and_deleted_in_their_workspace() {
        let database = Database::start().await;
        let store = &database.store;
        let (own, other) =
            (provider("own", "https://a.example"), provider("other", "https://b.example"));
        for provider in [&own, &other] {
            store.put_provider(provider, None).await.unwrap();
        }
        assert_eq!(store.providers(&own.workspace).await.unwrap(), [other.clone(), own.clone()]);
        let elsewhere = "elsewhere".parse().unwrap();
        assert!(store.providers(&elsewhere).await.unwrap().is_empty());
        assert!(!store.delete_provider(&elsewhere, &own.name).await.unwrap());
        assert!(store.delete_provider(&own.workspace, &own.name).await.unwrap());
        assert!(!store.delete_provider(&own.workspace, &own.name).await.unwrap());
        assert_eq!(store.providers(&own.workspace).await.unwrap(), [other]);
    }
}
