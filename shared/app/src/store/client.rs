//! The one way to the tables: conditional writes whose answer is an item either way.
//!
//! Here and wherever else a client's request is sent, it is sent from a box: its future takes 6 KB, and so would each of
//! the futures around it, which are moved on their way to whoever runs them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::Builder,
    error::SdkError,
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::{
        AttributeValue, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    },
};
use aws_types::SdkConfig;

use super::{Error, Payloads, item::Item};

/// Where the tables are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Runs, their journals, deduplication.
    pub runs: String,
    /// Workspaces, keys, triggers, flows.
    pub config: String,
}

/// The tables behind a DynamoDB client, and the bucket of what is too large for them. Cloning shares
/// all of it.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) client: Client,
    pub(super) tables: Arc<Tables>,
    pub(super) payloads: Payloads,
}

/// A write that depends on what is stored.
pub(super) struct Condition {
    /// Attribute names are written `#name` throughout, so that DynamoDB's 573 reserved words
    /// never matter.
    pub(super) expression: &'static str,
    pub(super) values: Vec<(&'static str, AttributeValue)>,
}

/// What became of a conditional write.
pub(super) enum Write {
    /// It is stored. After an update: the item as it is now.
    Done(Item),
    /// The condition did not hold. The item as it is, if there is one.
    Refused(Option<Item>),
}

/// How often a write is tried that collides with a transaction on the same item. A collision
/// lasts as long as the other transaction: milliseconds.
const CONFLICT_TRIES: u32 = 6;

/// The pause after the first collision; each further one is longer by as much.
const CONFLICT_PAUSE: Duration = Duration::from_millis(10);

impl Store {
    /// A store on `tables` through `client`, and on `payloads`.
    #[must_use]
    pub fn new(client: Client, tables: Tables, payloads: Payloads) -> Self {
        Self { client, tables: Arc::new(tables), payloads }
    }

    /// A store on `tables` of AWS, or of what stands at `endpoint`. Opens no connection yet.
    #[must_use]
    pub fn connect(
        account: &SdkConfig,
        endpoint: Option<String>,
        tables: Tables,
        payloads: Payloads,
    ) -> Self {
        let mut config = Builder::from(account);
        config.set_endpoint_url(endpoint);
        Self::new(Client::from_conf(config.build()), tables, payloads)
    }

    pub(super) async fn get(&self, table: &str, key: Item) -> Result<Option<Item>, Error> {
        let request = self.client.get_item().table_name(table).set_key(Some(key));
        Ok(Box::pin(request.consistent_read(true).send()).await?.item)
    }

    pub(super) async fn put(
        &self,
        table: &str,
        item: Item,
        condition: Condition,
    ) -> Result<Write, Error> {
        let request = self
            .client
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression(condition.expression)
            .set_expression_attribute_names(names(&[condition.expression]))
            .set_expression_attribute_values(values(condition.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let sent = outlast_conflicts(
            || request.clone().send(),
            PutItemError::is_transaction_conflict_exception,
        );
        match sent.await {
            Ok(_) => Ok(Write::Done(Item::new())),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Write::Refused(failed.item.clone()))
                }
                _ => Err(error.into()),
            },
        }
    }

    /// Whether there was an item that `condition` let be deleted.
    pub(super) async fn delete(
        &self,
        table: &str,
        key: Item,
        condition: Condition,
    ) -> Result<bool, Error> {
        let request = self
            .client
            .delete_item()
            .table_name(table)
            .set_key(Some(key))
            .condition_expression(condition.expression)
            .set_expression_attribute_names(names(&[condition.expression]))
            .set_expression_attribute_values(values(condition.values));
        match Box::pin(request.send()).await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// `update` is an update expression; its values stand among the condition's.
    pub(super) async fn update(
        &self,
        table: &str,
        key: Item,
        update: &str,
        condition: Condition,
    ) -> Result<Write, Error> {
        self.update_member(table, key, update, condition, None).await
    }

    /// As [`Store::update`], where one of the names stands for a member that is called otherwise.
    pub(super) async fn update_member(
        &self,
        table: &str,
        key: Item,
        update: &str,
        condition: Condition,
        member: Option<(&'static str, String)>,
    ) -> Result<Write, Error> {
        let mut names = names(&[update, condition.expression]);
        if let (Some(names), Some((name, member))) = (&mut names, member) {
            names.insert(name.to_owned(), member);
        }
        let request = self
            .client
            .update_item()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(update)
            .condition_expression(condition.expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values(condition.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let sent = outlast_conflicts(
            || request.clone().send(),
            UpdateItemError::is_transaction_conflict_exception,
        );
        match sent.await {
            Ok(answer) => Ok(Write::Done(answer.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Write::Refused(failed.item.clone()))
                }
                _ => Err(error.into()),
            },
        }
    }

    /// Stores all of `writes` or none. False when a condition did not hold, which is also the
    /// answer to a retry of our own after a lost one: the caller has to look.
    pub(super) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<bool, Error> {
        let request = self.client.transact_write_items().set_transact_items(Some(writes));
        let sent =
            outlast_conflicts(|| request.clone().send(), |error| cancelled_for(error, CONFLICT));
        match sent.await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(service) if cancelled_for(service, CONDITION_FAILED) => Ok(false),
                Some(service) => match PASSING.iter().find(|it| cancelled_for(service, it)) {
                    Some(reason) => Err(Error::Unavailable((*reason).into())),
                    None => Err(error.into()),
                },
                None => Err(error.into()),
            },
        }
    }

    /// One item put of a transaction, which must not be there yet.
    pub(super) fn put_new(&self, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.tables.runs)
            .set_item(Some(item))
            .condition_expression(ABSENT)
            .set_expression_attribute_names(names(&[ABSENT]))
            .build()
            .map_err(Error::internal)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// The condition of an item that must not be there yet.
pub(super) const ABSENT: &str = "attribute_not_exists(#pk)";

/// Reasons of a cancelled transaction that pass with time (API reference,
/// `TransactionCanceledException`).
const PASSING: [&str; 3] = [CONFLICT, "ProvisionedThroughputExceeded", "ThrottlingError"];

const CONFLICT: &str = "TransactionConflict";

const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// Whether a transaction was cancelled because of `reason`. A failed condition outweighs a conflict.
fn cancelled_for(error: &TransactWriteItemsError, reason: &str) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return false;
    };
    let has = |code| cancelled.cancellation_reasons().iter().any(|one| one.code() == Some(code));
    has(reason) && (reason == CONDITION_FAILED || !has(CONDITION_FAILED))
}

async fn outlast_conflicts<O, E, F>(
    send: impl Fn() -> F,
    is_conflict: impl Fn(&E) -> bool,
) -> Result<O, SdkError<E>>
where
    F: Future<Output = Result<O, SdkError<E>>>,
{
    let mut tries = 1;
    loop {
        match Box::pin(send()).await {
            Err(error)
                if tries < CONFLICT_TRIES && error.as_service_error().is_some_and(&is_conflict) =>
            {
                tokio::time::sleep(CONFLICT_PAUSE * tries).await;
                tries += 1;
            }
            result => return result,
        }
    }
}

/// Every `#name` in `expressions` stands for the attribute of that name.
pub(super) fn names(expressions: &[&str]) -> Option<HashMap<String, String>> {
    let mut names = HashMap::new();
    for expression in expressions {
        for part in expression.split('#').skip(1) {
            let end = part.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let name = end.and_then(|end| part.get(..end)).unwrap_or(part);
            names.insert(format!("#{name}"), name.to_owned());
        }
    }
    Some(names).filter(|names| !names.is_empty())
}

/// DynamoDB refuses an empty map of values.
pub(super) fn values(
    values: Vec<(&'static str, AttributeValue)>,
) -> Option<HashMap<String, AttributeValue>> {
    let values: HashMap<_, _> =
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Some(values).filter(|values| !values.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::Event,
        store::{
            Claim, ErrorKind, Finish, Insert,
            fixture::{Database, Fault, at, end, noise, queued},
        },
    };

    const COLLISION: Fault = Fault::Refuse("TransactionConflictException", "");
    const CANCELLED: Fault = Fault::Refuse(
        "TransactionCanceledException",
        r#","CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]"#,
    );

    #[tokio::test]
    async fn collisions_with_transactions_are_outlasted() {
        let database = Database::start().await;
        let (run, store) = (queued(), &database.store);
        database.wire.meet(COLLISION);
        assert_eq!(store.insert(&run, &json!({})).await.unwrap(), Insert::Done);
        database.wire.meet(COLLISION);
        let claim = store.claim(run.id, at(0), at(75)).await.unwrap();
        let Claim::Taken(claimed) = claim else { panic!("{claim:?}") };
        database.wire.meet(CANCELLED);
        let last = end(json!(noise(1000)));
        let finish =
            store.finish(&claimed.run, 1, &last, Event::Complete, at(3), None).await.unwrap();
        assert_eq!(finish, Finish::Done);
        assert_eq!(database.wire.operations().len(), 6);
    }

    #[tokio::test]
    async fn an_endless_collision_is_a_reason_to_try_later() {
        let database = Database::start().await;
        for length in [10, 1000] {
            let run = database.claimed().await;
            for _ in 0..CONFLICT_TRIES {
                database.wire.meet(if length == 10 { COLLISION } else { CANCELLED });
            }
            let last = end(json!(noise(length)));
            let finish = database.store.finish(&run, 1, &last, Event::Complete, at(3), None).await;
            assert_eq!(finish.unwrap_err().kind(), ErrorKind::Unavailable);
            assert_eq!(database.store.look(run.id).await.unwrap(), Some(run));
        }
    }

    #[tokio::test]
    async fn a_refusal_says_whether_it_will_pass() {
        let database = Database::start().await;
        let validation = r#","CancellationReasons":[{"Code":"ValidationError"}]"#;
        for (fault, times, kind) in [
            (Fault::LoseAnswer, 3, ErrorKind::Unavailable),
            (Fault::Refuse("ThrottlingException", ""), 3, ErrorKind::Unavailable),
            (Fault::Refuse("AccessDeniedException", ""), 1, ErrorKind::Internal),
            (Fault::Refuse("ResourceNotFoundException", ""), 1, ErrorKind::Internal),
            (Fault::Refuse("TransactionCanceledException", validation), 1, ErrorKind::Internal),
        ] {
            (0..times).for_each(|_| database.wire.meet(fault));
            let insert = database.store.insert(&queued(), &json!(noise(1000))).await;
            assert_eq!(insert.unwrap_err().kind(), kind, "{fault:?}");
        }
    }

    #[tokio::test]
    async fn no_error_shows_what_is_stored() {
        let database = Database::start().await;
        let item =
            r#","CancellationReasons":[{"Code":"ValidationError","Item":{"pk":{"S":"secret"}}}]"#;
        database.wire.meet(Fault::Refuse("TransactionCanceledException", item));
        let insert = database.store.insert(&queued(), &json!(noise(1000))).await;
        let error = insert.unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        let shown = format!("{error} {error:?} {source}");
        assert!(shown.contains("TransactionCanceledException") && !shown.contains("secret"));
    }

    #[tokio::test]
    async fn making_the_tables_twice_changes_nothing() {
        let database = Database::start().await;
        let run = database.claimed().await;
        let Store { client, tables, .. } = &database.store;
        crate::store::tables::create_tables(client, tables).await.unwrap();
        assert_eq!(database.store.look(run.id).await.unwrap(), Some(run));
    }

    #[test]
    fn every_name_in_an_expression_is_declared() {
        let declared = names(&["SET #status = :a, #a_b = #a_b + :b", "#pk"]).unwrap();
        let mut declared: Vec<_> = declared.into_iter().collect();
        declared.sort();
        let expected = [("#a_b", "a_b"), ("#pk", "pk"), ("#status", "status")];
        assert_eq!(declared, expected.map(|(key, name)| (key.to_owned(), name.to_owned())));
    }
}
